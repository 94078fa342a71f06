package filter

// Passing. A pump takes pieces of the source's front, as long as there is room
// behind the last filter, and lets each go as far as it goes. A filter that pauses
// stops all that is before it; it goes on first when its time has come.

import (
	"brigade/core/bucket"
	"brigade/core/rt"
)

// Progress is how far a message has come.
type Progress uint8

// The ways in which a pump ends.
const (
	Passed Progress = iota // nothing is left of the source, and in the filters what they hold
	More                   // there is no room, or a flush came through: what is out goes first
	Paused                 // a filter pauses, until Until
)

// Pump passes on what is in source until about room bytes are in out. An error says
// which filter broke which rule, or failed: nothing more of the message may be sent.
func (l *Line) Pump(source, out *bucket.Brigade, room int64, now rt.Instant) (Progress, error) {
	if !l.open {
		rt.Bug("filter: a line is given a message, but was not opened for it")
	}
	if l.failed != nil {
		return Passed, l.failed
	}
	l.stream.Now = now
	p, err := l.pump(source, out, room, now)
	if err != nil {
		l.failed = err
		return Passed, err
	}
	if l.ended {
		l.shut()
	}
	return p, nil
}

func (l *Line) pump(source, out *bucket.Brigade, room int64, now rt.Instant) (Progress, error) {
	for {
		at, paused := l.paused()
		if paused && now < l.slots[at].until {
			return Paused, nil
		}
		queued, _ := out.Bytes()
		if queued >= room {
			return More, nil
		}
		switch {
		case paused:
			l.slots[at].until = 0
		case source.Empty():
			return Passed, l.stuck()
		default:
			l.feed(source, max(room-queued, 1))
		}
		flushed, err := l.cascade(at, paused, out) // from the first on, if none pauses
		if err != nil {
			return Passed, err
		}
		switch {
		case l.ended:
			return Passed, nil // its end is with the writer, whatever room there is
		case flushed && !source.Empty():
			return More, nil
		}
	}
}

// paused is the last filter that pauses.
func (l *Line) paused() (int, bool) {
	for i := len(l.slots) - 1; i >= 0; i-- {
		if l.slots[i].until != 0 {
			return i, true
		}
	}
	return 0, false
}

// Until is when the filter that pauses goes on; 0: none pauses.
func (l *Line) Until() rt.Instant {
	if at, paused := l.paused(); paused {
		return l.slots[at].until
	}
	return 0
}

// feed moves the front of source, at most most bytes of it, to the first filter.
func (l *Line) feed(source *bucket.Brigade, most int64) {
	k := source.Front()
	if k.Len() > most {
		k.Split(most)
	}
	source.Remove(k)
	if len(l.slots) == 0 {
		l.out.Append(k)
		return
	}
	l.slots[0].in.Append(k)
}

// cascade lets what has come to the filters from at on go as far as it goes. resumed:
// the one at at is called though nothing has come. flushed: a flush has left the last.
func (l *Line) cascade(at int, resumed bool, out *bucket.Brigade) (flushed bool, err error) {
	for i := at; i < len(l.slots); i++ {
		t := &l.slots[i]
		if t.in.Empty() && !(resumed && i == at) {
			return false, nil
		}
		if t.use == Aside {
			l.out.Concat(&t.in)
		} else if err := l.call(i); err != nil {
			return false, err
		}
		if i+1 < len(l.slots) {
			l.slots[i+1].in.Concat(&l.out)
		}
	}
	return l.deliver(out)
}

// call has the i-th filter pass on what has come to it.
func (l *Line) call(i int) error {
	t := &l.slots[i]
	for k := t.in.Front(); k != nil; k = k.Next() {
		if k.Kind().Metadata() {
			t.marks[k.Kind()-bucket.EndOfStream]++
		}
	}
	s := &l.stream
	s.Held, s.pause = &t.held, 0
	l.enter(i)
	err := t.state.Pass(s, &t.in, &l.out)
	l.leave()
	s.Held = nil
	if err != nil {
		return err
	}
	if s.pause != 0 {
		t.until = s.pause
	}
	return t.judge(&l.out)
}

// judge holds what a filter returned against the rules.
func (t *slot) judge(out *bucket.Brigade) error {
	if !t.in.Empty() {
		return t.misuse("leaves %d buckets where they came; it passes on, holds or destroys all that it is given", t.in.Len())
	}
	if n := t.held.Volatile(); n > 0 {
		return t.misuse("holds %d transient buckets; their bytes die when it returns: it sets them aside first", n)
	}
	for k := out.Front(); k != nil; k = k.Next() {
		kind := k.Kind()
		if !kind.Metadata() {
			if t.ended && k.Len() != 0 {
				return t.misuse("writes %d bytes after the end of the stream; nothing comes after that", k.Len())
			}
			continue
		}
		n := &t.marks[kind-bucket.EndOfStream]
		if *n--; *n < 0 {
			return t.misuse("passes on an %v bucket more than it was given; metadata pass once, in order", kind)
		}
		switch kind {
		case bucket.EndOfStream:
			t.ended = true
		case bucket.EndOfRequest:
			if !t.ended {
				return t.misuse("passes on the end of the request before the end of the stream; metadata pass in order")
			}
		default:
		}
	}
	return nil
}

// stuck looks, when nothing is left of the source, for an end that did not leave a
// filter that does not pause.
func (l *Line) stuck() error {
	for i := range l.slots {
		if t := &l.slots[i]; t.marks[bucket.EndOfRequest-bucket.EndOfStream] > 0 {
			return t.misuse("keeps the end of the request; metadata pass once, in order")
		}
	}
	return nil
}

// over looks, when the end of the request has come to the writer, for what is left.
func (l *Line) over() error {
	for i := range l.slots {
		if t := &l.slots[i]; !t.held.Empty() {
			return t.misuse("holds %d buckets when the request has ended; it passes them on before", t.held.Len())
		}
	}
	return nil
}

// deliver moves what has left the last filter to out, where it outlives this call.
func (l *Line) deliver(out *bucket.Brigade) (flushed bool, err error) {
	n, _ := l.out.Bytes()
	l.got += n
	if l.want != Unknown && l.got > l.want {
		return false, &Misuse{l.last(), "passes on more bytes than the head says; a message has the length that was declared"}
	}
	for k := l.out.Front(); k != nil; k = k.Next() {
		switch k.Kind() {
		case bucket.EndOfStream:
			if l.want != Unknown && l.got < l.want {
				return false, &Misuse{l.last(), "ends a message before all of it has come; a message has the length that was declared"}
			}
		case bucket.EndOfRequest:
			if err := l.over(); err != nil {
				return false, err
			}
			l.ended = true
		case bucket.Error:
			return false, k.Err()
		case bucket.Flush:
			flushed = true
		default:
		}
	}
	if err := l.out.SetAside(l.stream.Pool); err != nil {
		return false, err
	}
	out.Gather(&l.out)
	return flushed, nil
}

// last names who is answerable for what left the line.
func (l *Line) last() string {
	for i := len(l.slots) - 1; i >= 0; i-- {
		if t := &l.slots[i]; t.use != Aside && t.filter != Filter(Chunked{}) {
			return "filter " + t.filter.Name() + ", or what is before it,"
		}
	}
	return "a handler"
}
