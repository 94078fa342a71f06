package bucket

import (
	"brigade/core/rt"
	"brigade/core/sys"
)

// OpenFile is a descriptor that several buckets stand for parts of, on several tasks
// perhaps. The last to let go closes it.
type OpenFile struct {
	FD     sys.FD
	holds  rt.Int32
	kernel sys.Kernel
}

// NewFile takes over fd, with one hold.
func NewFile(k sys.Kernel, fd sys.FD) *OpenFile {
	f := &OpenFile{FD: fd, kernel: k}
	f.holds.Label("file.holds")
	f.holds.Store(1)
	return f
}

// Share adds a hold.
func (f *OpenFile) Share() { f.holds.Add(1) }

// Drop gives up a hold; the last closes the file.
func (f *OpenFile) Drop() {
	switch n := f.holds.Add(-1); {
	case n == 0:
		f.kernel.Close(f.FD)
	case n < 0:
		rt.Bug("bucket: file %d is let go of more often than it was held", f.FD)
	}
}

// Open takes over fd for buckets of a's, with one hold.
func (a *Allocator) Open(fd sys.FD) *OpenFile { return NewFile(a.kernel, fd) }
