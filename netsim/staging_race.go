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
