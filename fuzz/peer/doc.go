// Package peer starts real servers on the loopback, this project's and others', so
// that the same scripts can be held against all of them.
//
// A Peer is a process of the caller's: Start makes it, listening by the time it
// returns, and Stop ends it by its id. Nothing here waits for time to pass.
//
//	site, err := peer.LayOut(dir)
//	p, err := peer.Start(peer.Nginx("nginx"), site, s.Settings)
//	err = p.Run(s)
//	err = errors.Join(err, p.Stop())
//
// What is said to a server, and how it is judged, is netsim/script's; only there is
// also known what each server may do otherwise.
package peer
