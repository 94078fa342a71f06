package linux

// OpenBeneath: a name never leads out of its directory.
//
// With openat2(2), Linux 5.6, the kernel resolves the name and holds the bound against
// renames that go on meanwhile. Where it is missing, or a sandbox forbids it, a walk does
// without: each component is opened below the one before with O_NOFOLLOW, so no symbolic
// link is followed at all, and ".." is refused rather than judged. The walk is stricter:
// ELOOP for a link that stays inside, EXDEV for a ".." that would.
//
// O_NONBLOCK keeps a fifo without a writer from holding the call for ever, O_NOCTTY a
// terminal from becoming the process's own.

import (
	"strings"

	"golang.org/x/sys/unix"

	"brigade/core/sys"
)

const beneathFlags = unix.O_RDONLY | unix.O_NONBLOCK | unix.O_NOCTTY | unix.O_CLOEXEC

// renames is how often a lookup is repeated that lost a race with a rename. Each try is
// a whole lookup; whoever renames faster than that gets EAGAIN for the name.
const renames = 16

// OpenBeneath opens name below dir for reading.
func (k *Kernel) OpenBeneath(dir sys.FD, name string) (sys.FD, sys.Errno) {
	if k.walk {
		return walk(dir, name)
	}
	how := unix.OpenHow{Flags: beneathFlags, Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_MAGICLINKS}
	for try := 1; ; {
		fd, err := unix.Openat2(int(dir), name, &how)
		e := errnoOf(err)
		switch {
		case e == sys.OK:
			return sys.FD(fd), sys.OK
		case e == sys.EINTR:
		case e == sys.EAGAIN && try < renames:
			try++
		default:
			return sys.None, e
		}
	}
}

// hasOpenat2 asks for something that must fail: "/" is not beneath anything, so a kernel
// that knows the call says EXDEV, and any other answer (ENOSYS, or EPERM from a sandbox)
// means that it cannot be relied on.
func hasOpenat2() bool {
	_, err := unix.Openat2(unix.AT_FDCWD, "/", &unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: unix.RESOLVE_BENEATH})
	return errnoOf(err) == sys.EXDEV
}

// walk is OpenBeneath without openat2.
func walk(dir sys.FD, name string) (sys.FD, sys.Errno) {
	if name == "" {
		return sys.None, sys.ENOENT
	}
	if name[0] == '/' {
		return sys.None, sys.EXDEV
	}
	at := dir
	for {
		part, rest, slash := strings.Cut(name, "/")
		rest = strings.TrimLeft(rest, "/")
		if part == ".." {
			leave(at, dir)
			return sys.None, sys.EXDEV
		}
		if rest == "" { // the last one: a slash after it asks for a directory
			flags := beneathFlags | unix.O_NOFOLLOW
			if slash {
				flags |= unix.O_DIRECTORY
			}
			fd, e := step(at, part, flags)
			leave(at, dir)
			return fd, e
		}
		name = rest
		if part == "." {
			continue
		}
		next, e := step(at, part, unix.O_PATH|unix.O_NOFOLLOW|unix.O_DIRECTORY)
		leave(at, dir)
		if e != sys.OK {
			return sys.None, e
		}
		at = next
	}
}

// step opens one component. O_DIRECTORY makes the kernel say ENOTDIR of a link; the
// second look only betters the error, the link has not been followed.
func step(at sys.FD, part string, flags int) (sys.FD, sys.Errno) {
	fd, e := open(at, part, flags, 0)
	if e != sys.ENOTDIR {
		return fd, e
	}
	var st unix.Stat_t
	err := unix.Fstatat(int(at), part, &st, unix.AT_SYMLINK_NOFOLLOW)
	if err == nil && st.Mode&unix.S_IFMT == unix.S_IFLNK {
		return sys.None, sys.ELOOP
	}
	return sys.None, sys.ENOTDIR
}

// leave closes the directory at, unless it is the caller's.
func leave(at, dir sys.FD) {
	if at != dir {
		closeRaw(at)
	}
}
