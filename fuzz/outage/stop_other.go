//go:build !unix

package outage

import "syscall"

// Such systems have no signals that stall: os.Process says so when one is sent.
const (
	stall = syscall.Signal(19)
	goOn  = syscall.Signal(18)
)
