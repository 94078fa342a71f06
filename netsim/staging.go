package netsim

// Bytes cross between a task and the kernel in the call's staging buffer, by loops
// in functions that the race detector does not instrument: copy and append report
// from inside the runtime (RACE.md rule 5). The detector is told of the task's own
// access in one word, as package syscall tells it.

import (
	"unsafe"

	"brigade/sim"
)

// room gives c a staging buffer of n bytes.
//
//go:norace
func room(c *sim.Call, n int) {
	if cap(c.Buf) < n {
		c.Buf = make([]byte, n, n+n/2)
	}
	c.Buf = c.Buf[:n]
}

// stageOut puts p into the staging buffer from at on.
//
//go:norace
func stageOut(c *sim.Call, at int, p []byte) {
	if len(p) == 0 {
		return
	}
	tellRead(p)
	move(unsafe.Pointer(unsafe.SliceData(c.Buf[at:at+len(p)])), unsafe.Pointer(unsafe.SliceData(p)), len(p))
}

// stageIn takes the first n bytes of the staging buffer into p.
//
//go:norace
func stageIn(c *sim.Call, p []byte, n int) {
	if n <= 0 {
		return
	}
	p = p[:n]
	move(unsafe.Pointer(unsafe.SliceData(p)), unsafe.Pointer(unsafe.SliceData(c.Buf[:n])), n)
	tellWritten(p)
}
