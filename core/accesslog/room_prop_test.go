package accesslog

// The model of a log's room is a number: a line is taken if the bytes that wait and the
// most that it can be fit into the limit, and if the log is open.

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"brigade/core/sys"
)

// mute is a kernel that opens, and takes nothing.
type mute struct{ sys.Kernel }

func (mute) OpenAppend(string) (sys.FD, sys.Errno) { return 7, sys.OK }

func TestRoomIsANumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(200, 1500).Draw(t, "limit")
		l, err := Open(mute{}, "/log", limit)
		if err != nil {
			t.Fatal(err)
		}
		waiting, dropped, closed := 0, uint64(0), false
		for range rapid.IntRange(1, 20).Draw(t, "lines") {
			e := Entry{Method: []byte("GET"), Target: bytes.Repeat([]byte{'/'}, rapid.IntRange(1, 60).Draw(t, "target")), Status: 200}
			if left := limit - waiting - e.bound(); left > 0 && left%4 == 0 && rapid.Bool().Draw(t, "fills") {
				e.UserAgent = bytes.Repeat([]byte{'a'}, left/4) // up to the last byte
			}
			fits := waiting+e.bound() <= limit && !closed
			if l.Add(&e) != fits {
				t.Fatalf("a line of %d at most, with %d waiting of %d, closed %v: it is taken: %v", e.bound(), waiting, limit, closed, !fits)
			}
			if fits {
				waiting += len(e.append(nil))
			} else {
				dropped++
			}
			if rapid.IntRange(0, 9).Draw(t, "closes") == 0 {
				l.Close()
				closed = true
			}
		}
		if got := l.Told(); got != (Told{Dropped: dropped}) || len(l.lines) != waiting {
			t.Fatalf("%+v and %d bytes, want %d dropped and %d", got, len(l.lines), dropped, waiting)
		}
	})
}
