// Package script is a small language for talking to a server: what a client
// sends, what it must get, and in which order.
//
// A Script is the caller's, read-only once parsed, and may be run any number of
// times against any server: one in the simulated machine, the real one, and those
// of others. A run makes its connections through a client.Machine and closes
// them. Here is a whole one:
//
//	# Two requests in one segment are answered in order, RFC 9112 §9.3.2.
//	connect
//	send
//	  | GET /hello.txt HTTP/1.1
//	  | Host: test
//	  |
//	  | GET /none HTTP/1.1
//	  | Host: test
//	  |
//	expect 200 file /hello.txt
//	expect 404
//	close
//
// A line is a statement, a comment, or, after a |, a line of text that belongs to
// the statement above. Verbs lists the statements. A statement with a server's
// name, such as expect[nginx], is for that server alone; where another server than
// this project's own is meant, a comment at its end names the clause that lets it
// differ. Nothing waits for time to pass: stall keeps still until the server acts,
// which its timeouts, set short by a server statement, make it do.
//
// The package leaves to others: starting servers (each runner's), the judgement of
// a response's framing (netsim/client), and whether all this happens in the real
// world or in a simulated one.
package script
