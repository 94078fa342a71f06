package poll

// Wakers: what ends a loop's wait from another task. Pane (2002) asked for a way
// cheaper than a byte through a pipe, which is two system calls a handoff, and safer
// than a signal, which hits whatever call the task is in. These are the answers:
//
//	flag     an event counter, written only when the loop has said that it sleeps
//	eventfd  an event counter, written each time
//	pipe     a byte each time; a full pipe is a wakeup that is pending anyway
//
// What the signal does wrong is shown in simulation (fuzz/scenario/signal.go).

import (
	"fmt"
	"slices"
	"strings"

	"brigade/core/sys"
)

// WakerKind says how loops are woken.
type WakerKind uint8

// The kinds of waker.
const (
	WakeFlag WakerKind = iota
	WakeEventFD
	WakePipe
	wakers
)

var wakerNames = [wakers]string{"flag", "eventfd", "pipe"}

// String is the kind's name on the command line.
func (k WakerKind) String() string {
	if k < wakers {
		return wakerNames[k]
	}
	return fmt.Sprintf("waker %d", uint8(k))
}

// ParseWaker is String's inverse.
func ParseWaker(s string) (WakerKind, error) {
	if i := slices.Index(wakerNames[:], s); i >= 0 {
		return WakerKind(i), nil
	}
	return WakeFlag, fmt.Errorf("waker %q is not known; there are %s", s, strings.Join(wakerNames[:], ", "))
}

// waker is the two ends of one; for an event counter they are the same.
type waker struct {
	kernel sys.Kernel
	in     sys.FD // the loop's
	out    sys.FD // everybody else's
	word   []byte // what wakes
	drain  [64]byte
}

func (w *waker) open(k sys.Kernel, kind WakerKind) (e sys.Errno) {
	w.kernel, w.in, w.out = k, sys.None, sys.None
	if kind == WakePipe {
		w.word = []byte{1}
		w.in, w.out, e = k.Pipe()
		return e
	}
	w.word = []byte{1, 0, 0, 0, 0, 0, 0, 0} // a number above 0, in any byte order
	w.in, e = k.EventFD()
	w.out = w.in
	return e
}

func (w *waker) close() {
	if w.out != w.in && w.out != sys.None {
		w.kernel.Close(w.out)
	}
	if w.in != sys.None {
		w.kernel.Close(w.in)
	}
	w.in, w.out = sys.None, sys.None
}

// wake makes in readable. EAGAIN means that it is full, and so readable already.
func (w *waker) wake() {
	for {
		if _, e := w.kernel.Write(w.out, w.word); e != sys.EINTR {
			return
		}
	}
}

// clear takes out what woke. Reads do not block, so a pipe that has just as much as
// one read takes is no trap (httpd's was, bf0de404d).
func (w *waker) clear() {
	for {
		n, e := w.kernel.Read(w.in, w.drain[:])
		if e == sys.EINTR || e == sys.OK && n == len(w.drain) {
			continue
		}
		return
	}
}
