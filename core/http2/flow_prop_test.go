package http2

// A model of flow control: the peer keeps its own books of every window, in both
// directions, and holds the session to them whatever order things come in (I25).

import (
	"testing"

	"golang.org/x/net/http2"
	"pgregory.net/rapid"
)

// books is what a peer knows of windows: mine bound what it sends, yours what it
// gets.
type books struct {
	mine, yours int64
	initial     int64
	streams     map[uint32]*entry
	order       []uint32
	next        uint32
}

type entry struct {
	mine, yours int64
	ended       bool // our half
}

func TestFlowControlModel(t *testing.T) {
	audited, over := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		p := newFlow()
		b := &books{mine: initial, yours: initial, initial: initial, streams: map[uint32]*entry{}, next: 1}
		t.Repeat(map[string]func(*rapid.T){
			"open":     func(t *rapid.T) { p.open(t, b) },
			"content":  func(t *rapid.T) { p.content(t, b) },
			"update":   func(t *rapid.T) { p.update(t, b) },
			"settings": func(t *rapid.T) { p.settings(t, b) },
			"respond":  func(t *rapid.T) { p.respond(t, b) },
			"reset":    func(t *rapid.T) { p.reset(t, b) },
			"": func(t *rapid.T) {
				p.read(t, b)
				if p.s.Failure() != nil {
					over++
					return
				}
				p.audit(t, b)
				audited++
			},
		})
	})
	if audited < 10*over {
		t.Errorf("the books were compared %d times, and %d times the session was over: the model sees too little", audited, over)
	}
}

type flow struct{ *peer }

func newFlow() flow {
	p := barePeer(nil, Limits{Streams: 10, Head: 8 << 10})
	p.framer.WriteSettings()
	p.pump()
	p.from.Reset()
	return flow{p}
}

// pick draws a stream; none: there is none yet.
func (p flow) pick(t *rapid.T, b *books) (id uint32, e *entry) {
	if len(b.order) == 0 {
		return 0, nil
	}
	id = rapid.SampledFrom(b.order).Draw(t, "stream")
	return id, b.streams[id]
}

func (p flow) open(t *rapid.T, b *books) {
	end := rapid.Bool().Draw(t, "end")
	f := get
	if !end {
		f = posting()
	}
	p.request(b.next, end, f...)
	b.streams[b.next] = &entry{mine: initial, yours: b.initial, ended: end}
	b.order = append(b.order, b.next)
	b.next += 2
	p.pump()
}

func (p flow) content(t *rapid.T, b *books) {
	id, e := p.pick(t, b)
	if e == nil || e.ended {
		return
	}
	room := min(b.mine, e.mine, frameLength)
	if room < 300 {
		return
	}
	pad := rapid.IntRange(0, 200).Draw(t, "pad")
	n := rapid.IntRange(0, int(room)-pad-1).Draw(t, "bytes")
	e.ended = rapid.Bool().Draw(t, "end")
	p.framer.WriteDataPadded(id, e.ended, make([]byte, n), make([]byte, pad))
	length := int64(n + pad + 1)
	b.mine -= length
	e.mine -= length
	p.pump()
}

func (p flow) update(t *rapid.T, b *books) {
	by := rapid.Int64Range(1, 100000).Draw(t, "by")
	if rapid.Bool().Draw(t, "whole") || len(b.order) == 0 {
		p.framer.WriteWindowUpdate(0, uint32(by))
		b.yours += by
	} else {
		id, e := p.pick(t, b)
		p.framer.WriteWindowUpdate(id, uint32(by))
		e.yours += by
	}
	p.pump()
}

func (p flow) settings(t *rapid.T, b *books) {
	size := rapid.Int64Range(0, 200000).Draw(t, "size")
	p.framer.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: uint32(size)})
	for _, e := range b.streams {
		e.yours += size - b.initial
	}
	b.initial = size
	p.pump()
}

func (p flow) reset(t *rapid.T, b *books) {
	id, e := p.pick(t, b)
	if e == nil {
		return
	}
	if rapid.Bool().Draw(t, "by the peer") {
		p.framer.WriteRSTStream(id, http2.ErrCodeCancel)
		e.ended = true
	} else if st := p.s.streams.find(id); st != nil && !st.Dead() {
		p.s.Cancel(st, InternalError)
		p.s.Release(st)
	}
	p.pump()
}

// respond answers a little of whatever has its turn.
func (p flow) respond(t *rapid.T, b *books) {
	for _, st := range p.s.Streams() {
		if !st.Answered() && !st.Dead() {
			p.s.Respond(st, []byte("HTTP/1.1 200 OK\r\n\r\n"), false)
			p.s.Offer(st)
		}
	}
	st := p.s.Turn()
	if st == nil {
		return // nothing can be sent
	}
	n := p.s.Grant(st, rapid.Int64Range(1, 50000).Draw(t, "want"))
	if n == 0 {
		t.Fatalf("stream %d has its turn, and no window", st.ID)
	}
	end := rapid.Bool().Draw(t, "end")
	p.s.Data(st, n, end)
	p.s.codec.out = append(p.s.codec.out, make([]byte, n)...)
	p.flush()
	if end {
		p.s.Release(st)
	}
	p.flush()
}

// read is what the session has sent.
func (p flow) read(t *rapid.T, b *books) {
	for p.from.Len() > 0 {
		f, err := p.framer.ReadFrame()
		if err != nil {
			t.Fatalf("no frame: %v", err)
		}
		switch f := f.(type) {
		case *http2.DataFrame:
			e, n := b.streams[f.StreamID], int64(f.Length)
			if n > e.yours || n > b.yours {
				t.Fatalf("%d bytes on stream %d, whose window is %d, the connection's %d", n, f.StreamID, e.yours, b.yours)
			}
			e.yours -= n
			b.yours -= n
		case *http2.WindowUpdateFrame:
			if f.StreamID == 0 {
				b.mine += int64(f.Increment)
			} else {
				b.streams[f.StreamID].mine += int64(f.Increment)
			}
		case *http2.RSTStreamFrame:
			b.streams[f.StreamID].ended = true
		case *http2.GoAwayFrame:
			if f.ErrCode != http2.ErrCodeEnhanceYourCalm {
				t.Fatalf("GOAWAY %v: %s", f.ErrCode, f.DebugData())
			}
			return // enough
		}
	}
}

// audit compares the books: both sides know the same windows, and all that came is
// given back but for what is noted to be.
func (p flow) audit(t *rapid.T, b *books) {
	if int64(p.s.window) != b.yours || p.s.room.left != b.mine {
		t.Fatalf("the connection's windows are %d and %d here, %d and %d there", p.s.window, p.s.room.left, b.yours, b.mine)
	}
	if p.s.room.left+p.s.room.used != initial {
		t.Fatalf("of the connection's window %d is left and %d noted", p.s.room.left, p.s.room.used)
	}
	for _, st := range p.s.Streams() {
		e := b.streams[st.ID]
		if st.Dead() {
			continue
		}
		if int64(st.window) != e.yours || st.room.left != e.mine && !st.received {
			t.Fatalf("stream %d has windows %d and %d here, %d and %d there", st.ID, st.window, st.room.left, e.yours, e.mine)
		}
		if can := st.wants && st.window > 0; can != st.queued {
			t.Fatalf("stream %d is queued %t, with a window of %d and something to send %t", st.ID, st.queued, st.window, st.wants)
		}
	}
}
