//go:build !race

package netsim

// Without the race detector there is nobody to tell, and nothing to hide from.

import "unsafe"

func tellRead([]byte) {}

func tellWritten([]byte) {}

// move copies n bytes.
func move(to, from unsafe.Pointer, n int) {
	copy(unsafe.Slice((*byte)(to), n), unsafe.Slice((*byte)(from), n))
}
