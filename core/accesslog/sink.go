package accesslog

// The sink: the file, fifo or pipe that lines end up in, under a name that may mean
// another file tomorrow. It is the logger's alone.
//
// A fifo is opened without blocking, so that the logger is asleep in poll(2) and not
// in a write when its reader is slow, and can be told to open another or to end. A
// reader that has gone is EPIPE: what is written is lost, and counted, until there is
// one again.

import (
	"bytes"
	"time"

	"brigade/core/sys"
)

const (
	// farewell is how long a log that is closed waits for a pipe that takes nothing.
	farewell = 2 * time.Second

	// glance is after what time a logger that waits for a pipe looks whether it should.
	glance = 200 * time.Millisecond
)

type sink struct {
	kernel sys.Kernel
	name   string
	fd     sys.FD
	torn   bool // the file ends within a line
	watch  [1]sys.PollFD
}

// open opens the name anew, and closes what was open.
func (s *sink) open() sys.Errno {
	fd, e := s.kernel.OpenAppend(s.name)
	if e != sys.OK {
		return e
	}
	if s.torn {
		_, _ = s.append([]byte("\n")) // as far as it takes that
	}
	s.kernel.Close(s.fd)
	s.fd, s.torn = fd, false
	return sys.OK
}

// append writes b as far as the file takes it at once, and returns the rest with the
// reason: EAGAIN, or an error.
func (s *sink) append(b []byte) (rest []byte, e sys.Errno) {
	for len(b) > 0 {
		n, e := s.kernel.Write(s.fd, b)
		switch {
		case e == sys.EINTR:
			continue
		case e != sys.OK:
			return b, e
		case n <= 0:
			return b, sys.EIO
		}
		b = b[n:]
	}
	return nil, sys.OK
}

// await waits a moment for room in a pipe, or for an error to be met.
func (s *sink) await() {
	s.watch[0] = sys.PollFD{FD: s.fd, Events: uint16(sys.Out)}
	_, _ = s.kernel.Poll(s.watch[:], glance) // whatever it says, the next write knows
}

// fromLine is the end of lines from the line on in which rest, an end of them too,
// begins: a line that was begun in one file is whole in the next.
func fromLine(lines, rest []byte) []byte {
	done := len(lines) - len(rest)
	return lines[bytes.LastIndexByte(lines[:done], '\n')+1:]
}
