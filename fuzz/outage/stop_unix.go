//go:build unix

package outage

import "syscall"

// The signals that stall a process and have it go on.
const (
	stall = syscall.SIGSTOP
	goOn  = syscall.SIGCONT
)
