// Command brigaded serves the files below a directory over HTTP/1.1 and
// cleartext HTTP/2, on Linux.
//
//	brigaded --root /srv/www
//	brigaded --root /srv/www --listen '[::]:80' --topology staged --readers 2
//
// It says on standard error where it listens. SIGTERM or SIGINT drains it: no
// connection is accepted any more, responses under way are finished, and after
// the deadline (--drain) what is left is cut. A second signal brings the deadline
// forward to now, a third one leaves without waiting for anything.
//
// Its exit status says how it went: 0 all was answered, 1 usage, 2 it could not
// start, 3 connections were cut.
//
// It is the core and nothing else: what simulates the core is not linked. The
// collector and the memory limit are the runtime's, so GOGC and GOMEMLIMIT hold.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// The exit statuses.
const (
	statusClean = 0
	statusUsage = 1
	statusStart = 2
	statusCut   = 3
)
