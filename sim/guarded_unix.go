//go:build unix && !race

package sim

// Guarded pages: mappings that become inaccessible when they are freed, so that whoever
// touches one later faults at that line (debug.SetPanicOnFault makes a panic of it). Not
// under the race detector, which does not see mapped memory.

import (
	"fmt"
	"os"
	"syscall"
)

// mapped is a readable mapping of at least n bytes.
func mapped(n int) []byte {
	size := os.Getpagesize()
	b, err := syscall.Mmap(-1, 0, (n+size-1)/size*size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		panic(fmt.Sprintf("sim: no mapping of %d bytes: %v", n, err))
	}
	return b[:n]
}

// protect makes a mapping inaccessible, or accessible again.
func protect(b []byte, away bool) {
	access := syscall.PROT_READ | syscall.PROT_WRITE
	if away {
		access = syscall.PROT_NONE
	}
	if err := syscall.Mprotect(b[:cap(b)], access); err != nil {
		panic(fmt.Sprintf("sim: a mapping of %d bytes cannot be protected: %v", cap(b), err))
	}
}

const guards = true
