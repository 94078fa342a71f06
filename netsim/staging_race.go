//go:build race

package netsim

// What the race detector is told of the bytes of a call.

import (
	"runtime"
	"unsafe"
)

//go:norace
func tellRead(p []byte) {
	if len(p) > 0 {
		runtime.RaceReadRange(unsafe.Pointer(unsafe.SliceData(p)), len(p))
	}
}

//go:norace
func tellWritten(p []byte) {
	if len(p) > 0 {
		runtime.RaceWriteRange(unsafe.Pointer(unsafe.SliceData(p)), len(p))
	}
}

// move copies n bytes eight at a time: copy would be seen by the detector.
//
//go:norace
func move(to, from unsafe.Pointer, n int) {
	i := 0
	for ; i+8 <= n; i += 8 {
		*(*[8]byte)(unsafe.Add(to, i)) = *(*[8]byte)(unsafe.Add(from, i))
	}
	for ; i < n; i++ {
		*(*byte)(unsafe.Add(to, i)) = *(*byte)(unsafe.Add(from, i))
	}
}
