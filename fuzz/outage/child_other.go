//go:build !linux

package outage

import "syscall"

func childAttributes() *syscall.SysProcAttr { return nil }
