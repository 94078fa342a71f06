package invariants

// Dialogues: what both ends of an HTTP/2 connection say, frame by frame, as x/net's
// Framer has it. Bytes are kept from a connection's first on, since its preface is read
// before anybody says that it speaks HTTP/2; from then on each whole frame is told to
// the checker that asks, in the order in which the server read or wrote it.
//
// A client may send what is no frame. From there on nothing that it sends is looked at,
// and its server is to end the connection. What the server writes has to be frames.

import (
	"bytes"
	"errors"
	"io"

	"golang.org/x/net/http2"

	"brigade/core/rt"
	"brigade/sim"
)

// longestFrame is the payload that both ends take: nobody announces more.
const longestFrame = 1 << 14

// frameHead is what stands before each payload.
const frameHead = 9

// listener is a checker that is told of frames.
type listener interface {
	// heard is a frame that the server has read.
	heard(t *talk, f http2.Frame)
	// said is one that the kernel took of what it writes.
	said(t *talk, f http2.Frame)
}

// dialogues are those of a run.
type dialogues struct {
	judge
	listener    listener
	connections roster[speaker]
	talks       []*talk // of those that speak HTTP/2, in order; used again in later runs
	used        int
	early       [][]byte // by index of connection: what was read before its session began
}

// speaker is a connection.
type speaker struct {
	talk    int32 // 1 + its index among the talks; 0: it has none
	another bool  // it speaks another protocol
}

// talk is one connection's frames.
type talk struct {
	id      uint64
	in, out frames
	garbled bool       // the client has sent what is no frame
	over    bool       // nothing that comes now is looked at: our direction is shut, or an error ended it
	prefix  int        // bytes of the preface still to come
	at      int        // index of the talk
	now     rt.Instant // of the last call
}

// frames is one direction.
type frames struct {
	rest   []byte
	framer *http2.Framer
	source bytes.Reader
}

// ready makes f empty.
func (f *frames) ready() {
	f.rest = f.rest[:0]
	f.framer = http2.NewFramer(io.Discard, &f.source) // which remembers a field block that has no end
	f.framer.SetReuseFrames()
	f.framer.SetMaxReadFrameSize(longestFrame)
}

// partial reports whether a frame has begun and is not whole.
func (f *frames) partial() bool { return len(f.rest) > 0 }

// begin begins a run, whose frames l is told of.
func (d *dialogues) begin(s *sim.Sim, l listener) {
	d.s, d.listener = s, l
	d.connections.reset()
	d.used = 0
	for i := range d.early {
		d.early[i] = d.early[i][:0]
	}
}

// opened is a connection's begin.
func (d *dialogues) opened(e *sim.Event) { d.connections.add(e.A, told(e)) }

// of is the talk of connection id; nil: it does not speak HTTP/2, or is gone.
func (d *dialogues) of(id uint64) *talk {
	if m := d.connections.live(id); m != nil && m.R.talk != 0 {
		return d.talks[m.R.talk-1]
	}
	return nil
}

// ended is a connection's end.
func (d *dialogues) ended(e *sim.Event) {
	if m := d.connections.live(e.A); m != nil {
		m.gone = true
	}
}

// converse is the begin of a session. What was read before belongs to it.
func (d *dialogues) converse(e *sim.Event) *talk {
	m := d.connections.live(e.A)
	if m == nil || m.R.talk != 0 {
		return nil // count says so
	}
	if d.used == len(d.talks) {
		d.talks = append(d.talks, new(talk))
	}
	t := d.talks[d.used]
	t.id, t.at, t.garbled, t.over, t.prefix = e.A, d.used, false, false, len(http2.ClientPreface)
	t.in.ready()
	t.out.ready()
	d.used++
	m.R.talk = int32(d.used)
	return t
}

// catchUp tells of what was read before the session of t was told of.
func (d *dialogues) catchUp(t *talk) {
	if k := int(d.connections.index(d.connections.find(t.id))); k < len(d.early) {
		d.hears(t, d.early[k])
	}
}

// call is a read, a write or a close.
func (d *dialogues) call(e *sim.Event) {
	m := d.connections.on(fd(e))
	switch {
	case m == nil || e.C != 0:
	case e.Op == rt.OpClose:
		d.connections.closed(fd(e))
	case e.Op == rt.OpShutdown:
		if m.R.talk != 0 {
			d.talks[m.R.talk-1].over = true
		}
	case m.R.another || e.Call == nil || int64(len(e.Call.Buf)) < moved(e):
	case m.R.talk != 0 && e.Op == rt.OpRead:
		d.hears(d.talks[m.R.talk-1], e.Call.Buf[:moved(e)])
	case m.R.talk != 0:
		d.says(d.talks[m.R.talk-1], e.Call.Buf[:moved(e)])
	case e.Op == rt.OpRead:
		d.keep(m, e.Call.Buf[:moved(e)])
	default:
		m.R.another = true // a server of HTTP/2 says nothing before the preface
	}
}

// keep keeps what was read from a connection that may turn out to speak HTTP/2.
func (d *dialogues) keep(m *member[speaker], b []byte) {
	k := int(d.connections.index(m))
	for k >= len(d.early) {
		d.early = append(d.early, nil)
	}
	d.early[k] = append(d.early[k], b...)
	n := min(len(d.early[k]), len(http2.ClientPreface))
	if string(d.early[k][:n]) != http2.ClientPreface[:n] {
		m.R.another = true
		d.early[k] = d.early[k][:0]
	}
}

// hears is what the server has read.
func (d *dialogues) hears(t *talk, b []byte) {
	n := min(t.prefix, len(b))
	t.prefix -= n
	if b = b[n:]; t.garbled || t.over {
		return
	}
	t.in.rest = append(t.in.rest, b...)
	for !t.garbled && !d.failed() {
		f, n, err := t.in.next()
		if n == 0 && err == nil {
			return
		}
		t.in.rest = t.in.rest[:copy(t.in.rest, t.in.rest[n:])]
		var stream http2.StreamError
		switch {
		case err == nil:
			d.listener.heard(t, f)
		case errors.As(err, &stream): // a frame that breaks its stream's rules, and no more
		default:
			t.garbled = true
		}
	}
}

// says is what the kernel took of what the server writes.
func (d *dialogues) says(t *talk, b []byte) {
	t.out.rest = append(t.out.rest, b...)
	for !d.failed() {
		f, n, err := t.out.next()
		switch {
		case err != nil:
			d.fail("I27", "connection %d is sent what is no frame: %v: % x", t.id, err, t.out.rest[:min(len(t.out.rest), 2*frameHead)])
			return
		case n == 0:
			return
		}
		d.listener.said(t, f)
		t.out.rest = t.out.rest[:copy(t.out.rest, t.out.rest[n:])]
	}
}

// failed reports whether the run has a verdict.
func (d *dialogues) failed() bool { return d.s != nil && d.s.Failed() }

// next is the frame at the front and how many bytes it has; 0: it is not whole.
func (f *frames) next() (http2.Frame, int, error) {
	if len(f.rest) < frameHead {
		return nil, 0, nil
	}
	length := int(f.rest[0])<<16 | int(f.rest[1])<<8 | int(f.rest[2])
	if length > longestFrame {
		return nil, frameHead, http2.ErrFrameTooLarge
	}
	n := frameHead + length
	if len(f.rest) < n {
		return nil, 0, nil
	}
	f.source.Reset(f.rest[:n])
	got, err := f.framer.ReadFrame()
	return got, n, err
}
