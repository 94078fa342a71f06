package accesslog

import (
	"strings"
	"testing"
	"time"

	"brigade/core/sys"
)

// drawer is a kernel whose file has a name that may come to mean another.
type drawer struct {
	sys.Kernel
	files   map[sys.FD]*strings.Builder
	next    sys.FD
	refuses sys.Errno // of OpenAppend
	room    int       // bytes that a pipe takes; negative: all
	asleep  func()    // what happens while the logger waits for room; nil: nothing
	fresh   sys.FD    // files from this one on have room; 0: none
}

func newDrawer() *drawer { return &drawer{files: make(map[sys.FD]*strings.Builder), next: 3, room: -1} }

func (k *drawer) OpenAppend(string) (sys.FD, sys.Errno) {
	if k.refuses != sys.OK {
		return sys.None, k.refuses
	}
	if k.room == 0 {
		k.room = 1 // somebody has read meanwhile
	}
	fd := k.next
	k.next++
	k.files[fd] = new(strings.Builder)
	return fd, sys.OK
}

func (k *drawer) Write(fd sys.FD, p []byte) (int, sys.Errno) {
	if k.room >= 0 && (k.fresh == 0 || fd < k.fresh) {
		if k.room == 0 {
			return 0, sys.EAGAIN
		}
		p = p[:min(len(p), k.room)]
		k.room -= len(p)
	}
	k.files[fd].Write(p)
	return len(p), sys.OK
}

func (k *drawer) Poll(fds []sys.PollFD, _ time.Duration) (int, sys.Errno) {
	if k.asleep != nil {
		k.asleep()
	}
	if k.room != 0 {
		fds[0].Revents = fds[0].Events
		return 1, sys.OK
	}
	return 0, sys.OK
}

func (k *drawer) Close(sys.FD) sys.Errno { return sys.OK }

// A name that is opened anew: what was added before and after is whole in one file or
// the other, and nothing is written to the old one afterwards.
func TestReopen(t *testing.T) {
	line := string(entry.append(nil))
	k := newDrawer()
	l := open(t, k, 1<<16)
	l.write([]byte(line))
	l.Reopen()
	l.Add(&entry)
	l.Close()
	l.Run()
	if a, b := k.files[3].String(), k.files[4].String(); a != line || b != line {
		t.Errorf("the old file has %q, the new one %q", a, b)
	}
	if got := l.Told(); got != (Told{Reopened: 1}) {
		t.Errorf("%+v", got)
	}
}

// A name that cannot be opened leaves the old file in use, and that is told.
func TestReopenFails(t *testing.T) {
	line := string(entry.append(nil))
	k := newDrawer()
	l := open(t, k, 1<<16)
	k.refuses = sys.EACCES
	l.Reopen()
	l.Add(&entry)
	l.Close()
	l.Run()
	if got := l.Told(); k.files[3].String() != line || got != (Told{Kept: 1, Why: sys.EACCES}) {
		t.Errorf("%q, %+v", k.files[3], got)
	}
}

// A pipe that is full in the middle of a line when the name is opened anew: the line is
// whole in the new file, and ended in the old.
func TestReopenOfAFullPipe(t *testing.T) {
	line := string(entry.append(nil))
	k := newDrawer()
	l := open(t, k, 1<<16)
	k.room, k.fresh = len(line)+10, 4
	k.asleep = l.Reopen
	l.Add(&entry)
	l.Add(&entry)
	l.Close()
	l.Run()
	if a, b := k.files[3].String(), k.files[4].String(); a != line+line[:10]+"\n" || b != line {
		t.Errorf("the old file has %q, the new one %q", a, b)
	}
}

// A reader that is slow gets all lines whole, also when the log has been closed.
func TestSlowReader(t *testing.T) {
	line := string(entry.append(nil))
	k := newDrawer()
	l := open(t, k, 1<<16)
	k.room = 10
	k.asleep = func() { k.room += 25 }
	l.Add(&entry)
	l.Close()
	l.Run()
	if k.files[3].String() != line || l.Told() != (Told{}) {
		t.Errorf("%q, %+v", k.files[3], l.Told())
	}
}
