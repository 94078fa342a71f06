//go:build !unix

package main

import "syscall"

// Signals that this system does not send; there is no server here to send them to.
const (
	signalReopen = syscall.Signal(10)
	signalTell   = syscall.Signal(12)
)
