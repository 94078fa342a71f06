package linux

// Files. All of these may sleep on a disk or a network file system, so they enter the
// kernel through the scheduler and repeat themselves when a signal interrupts them.

import (
	"time"

	"golang.org/x/sys/unix"

	"brigade/core/sys"
)

// OpenDir opens a directory of the process's file system.
func (k *Kernel) OpenDir(name string) (sys.FD, sys.Errno) {
	return open(unix.AT_FDCWD, name, unix.O_RDONLY|unix.O_DIRECTORY, 0)
}

// OpenAppend opens or creates a log, readable by all that the umask allows. O_NONBLOCK
// is nothing to a file; a fifo it opens only if somebody reads that.
func (k *Kernel) OpenAppend(name string) (sys.FD, sys.Errno) {
	return open(unix.AT_FDCWD, name, unix.O_WRONLY|unix.O_APPEND|unix.O_CREAT|unix.O_NOCTTY|unix.O_NONBLOCK, 0o644)
}

func open(dir sys.FD, name string, flags int, mode uint32) (sys.FD, sys.Errno) {
	for {
		fd, err := unix.Openat(int(dir), name, flags|unix.O_CLOEXEC, mode)
		if err == nil {
			return sys.FD(fd), sys.OK
		}
		if e := errnoOf(err); e != sys.EINTR {
			return sys.None, e
		}
	}
}

// Fstat tells what fd is.
func (k *Kernel) Fstat(fd sys.FD) (sys.Stat, sys.Errno) {
	var st unix.Stat_t
	if err := unix.Fstat(int(fd), &st); err != nil {
		return sys.Stat{}, errnoOf(err)
	}
	kind := sys.Other
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		kind = sys.Regular
	case unix.S_IFDIR:
		kind = sys.Directory
	}
	return sys.Stat{
		Kind:    kind,
		Size:    st.Size,
		Mtime:   time.Unix(st.Mtim.Unix()),
		Inode:   st.Ino,
		Device:  uint64(st.Dev), //nolint:unconvert // narrower on some architectures
		Mode:    st.Mode & 0o7777,
		LinkCnt: uint32(st.Nlink),
	}, sys.OK
}

// Pread reads the file fd at off.
func (k *Kernel) Pread(fd sys.FD, p []byte, off int64) (int, sys.Errno) {
	for {
		n, err := unix.Pread(int(fd), p, off)
		if err == nil {
			return n, sys.OK
		}
		if e := errnoOf(err); e != sys.EINTR {
			return 0, e
		}
	}
}
