//go:build unix

package fuzz

// Ctrl-C is for the campaign, which then ends its workers in order; a terminal
// would send it to all of them.

import (
	"os/exec"
	"syscall"
	"time"
)

func isolate(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// ownCPU is the processor time that this process took.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
