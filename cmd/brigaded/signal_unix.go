//go:build unix

package main

import "syscall"

// What operators send for more than an end.
const (
	signalReopen = syscall.SIGUSR1 // open the access log anew
	signalTell   = syscall.SIGUSR2 // tell who held a loop up
)
