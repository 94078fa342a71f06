// Package client is the other side of a server under test: simulated HTTP/1.1
// clients that judge every byte they get.
//
// A Client is one process on a simulated machine; its methods are ways to behave,
// plain functions for a task of the scenario to call. They block in simulated
// system calls and in virtual time. What they are told to expect are Files:
//
//	c := client.Client{Process: net.Process("c1"), Addr: addr, Files: files}
//	rt.Go("client", func() {
//		if err := c.WellBehaved(5, time.Second); client.Blames(err) {
//			rt.Bug("client: %v", err)
//		}
//	})
//
// A response is right if its framing is exact (RFC 9112: one status line, one
// framing, lengths to the byte, nothing extra after the last), if net/http reads
// the same from it, and if status and body are those expected, in the order of
// the requests. An Error says what was not, and whether the world is the cause: a
// connection that a fault broke is nobody's mistake, a wrong byte always is.
//
// Memory and parsing here are the calling task's own. What a scenario makes of an
// error, and when a server may hang up, is the scenario's business.
package client
