package http2

// What the peer and the host of TestSessionIsItsModel do: most of it as it should be.

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"pgregory.net/rapid"
)

// id draws a stream: one that is open, if there is one; at times any other.
func (p *pair) id(t *rapid.T) uint32 {
	if len(p.m.open) > 0 && choose(t, 10, "any") > 0 {
		return pick(t, p.m.open, "stream").id
	}
	if odd := choose(t, 20, "odd"); odd == 0 {
		return p.m.last + uint32(rapid.IntRange(1, 2).Draw(t, "idle"))
	} else if odd == 1 {
		return 2
	}
	if len(p.m.closed) > 0 && rapid.Bool().Draw(t, "reset before") {
		return pick(t, p.m.closed, "closed")
	}
	return max(1, (uint32(rapid.IntRange(0, int(p.m.last)).Draw(t, "gone"))|1)&0x7fffffff)
}

// before is what goes before each frame of the peer: time, and SETTINGS that have come.
func (p *pair) before(t *rapid.T) bool {
	p.later(t)
	if !p.m.begun {
		return p.m.fail(http2.ErrCodeProtocol)
	}
	return true
}

// head begins a stream, or ends one with trailers.
func (p *pair) head(t *rapid.T) {
	h := &heading{id: p.m.last + uint32(pick(t, []int{2, 2, 2, 4}, "next")), end: rapid.Bool().Draw(t, "end")}
	if p.m.last == 0 {
		h.id--
	}
	f := []string{":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a"}
	if choose(t, 4, "any") == 0 {
		h.id = p.id(t)
	}
	st := p.m.stream(h.id)
	switch choose(t, 9, "kind") {
	case 0:
		f = drawBlock(t)
	case 1:
		f = append(f, "x-long", string(make([]byte, twinHead)))
		copy(f[len(f)-1:], []string{longValue})
	case 2, 3:
		f = append(f, "priority", pick(t, []string{"u=1", "u=5, i", "i=?0", "u=8", "i;a", "u=1;x", " u = 2 ,i=?1", "u", "ix", "u=12", "=", ",", "i=1", "u=:", "u=/", "i;"}, "priority"))
	case 4, 5:
		f = append(f, "content-length", pick(t, []string{"0", "3", "100"}, "length"))
	}
	if f[len(f)-1] != longValue && choose(t, 40, "as long as may be") == 0 {
		f = append(f, "x-long", strings.Repeat("\xff", blockLength-1000))
		room := blockLength - len(compressed(f)) + choose(t, 2, "beyond")
		f[len(f)-1] += strings.Repeat("\xff", room)
	} else if st != nil && rapid.Bool().Draw(t, "trailers") {
		f = pick(t, [][]string{{"a", "b"}, {"a", "b", "c", ""}, {}, {"A", "b"}, {"x-long", longValue}, {"connection", "x"}, {"content-length", "x", "host", "y", "cookie", "z"}}, "fields")
	}
	depends := choose(t, 20, "depends") == 0
	h.judge(f, st != nil, twinHead)
	h.wrong = h.wrong || depends
	p.block.Reset()
	p.block.WriteString(strings.Repeat("\x20", pick(t, []int{0, 0, 0, 0, 0, 0, 1, 60, 120, 250, 5000}, "idle")))
	param := http2.HeadersFrameParam{StreamID: h.id, EndStream: h.end}
	if depends {
		param.Priority.StreamDep = h.id
	} else if choose(t, 10, "priority") == 0 {
		param.Priority = http2.PriorityParam{StreamDep: h.id + 1, Weight: 3}
	}
	p.write(t, h, param, append(p.block.Bytes(), compressed(f)...))
}

// compressed is a field block that refers to no table.
func compressed(f []string) []byte {
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	for i := 0; i < len(f); i += 2 {
		e.WriteField(hpack.HeaderField{Name: f[i], Value: f[i+1], Sensitive: true})
	}
	return b.Bytes()
}

// write sends a block in some frames, between which the host may do something.
func (p *pair) write(t *rapid.T, h *heading, param http2.HeadersFrameParam, b []byte) {
	b = bytes.Clone(b)
	frames := pick(t, []int{0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 15, 16, 17}, "continuations")
	cut := len(b) / (frames + 1)
	param.BlockFragment, param.EndHeaders = b[:cut], frames == 0
	if len(b) > 4*16000 {
		frames = max(frames, 4)
		cut = len(b) / (frames + 1)
		param.BlockFragment, param.EndHeaders = b[:cut], false
	} else if frames == 0 {
		param.BlockFragment = b
	}
	p.framer.WriteHeaders(param)
	if p.before(t) {
		if p.m.begin(h); !p.m.failed {
			p.m.part(h, len(param.BlockFragment))
		}
	}
	for ; frames > 0 && !p.m.failed; frames-- {
		b = b[cut:]
		if choose(t, 6, "meanwhile") == 0 {
			p.step(t)
			p.host(t)
			p.step(t)
		}
		if frames == 1 {
			cut = len(b)
		}
		p.framer.WriteContinuation(h.id, frames == 1, b[:cut])
		h.frames++
		p.m.part(h, cut)
	}
	if !p.m.failed {
		p.m.headers(h)
	}
}

var longValue = string(slices.Repeat([]byte{'v'}, twinHead))

// content sends DATA, within the windows for the most part.
func (p *pair) content(t *rapid.T) {
	id := p.id(t)
	n := pick(t, []int{0, 1, 3, 100, 16000, 16384 - 256}, "bytes")
	pad := pick(t, []int{-1, -1, 0, 255}, "padding")
	st := p.m.stream(id)
	fits := p.m.room >= int64(n+256) && (st == nil || st.room >= int64(n+256))
	if !fits && choose(t, 10, "beyond") > 0 {
		return
	}
	end := choose(t, 4, "end") == 0
	b := slices.Repeat([]byte{byte(id)}, n)
	length := n
	if pad < 0 {
		p.framer.WriteData(id, end, b)
	} else {
		p.framer.WriteDataPadded(id, end, b, make([]byte, pad))
		length += 1 + pad
	}
	if p.before(t) {
		p.m.data(id, int64(n), int64(length), end)
	}
}

// update sends WINDOW_UPDATE.
func (p *pair) update(t *rapid.T) {
	id := uint32(0)
	if rapid.Bool().Draw(t, "of a stream") {
		id = p.id(t)
	}
	by := pick(t, []uint32{1, 10, 63, 64, 1000, 100000, 1, 10, 63, 64, 1000, 100000, 1, 10, 63, 64, 1000, 100000, 1, 10, 63, 64, 1000, 100000, 0, largest, largest - 65535, largest - 65534}, "by")
	p.framer.WriteWindowUpdate(id, by)
	// One of nothing breaks a rule of framing, which is asked first.
	if p.later(t); by == 0 || p.m.begun {
		p.m.update(id, int64(by))
	} else {
		p.m.fail(http2.ErrCodeProtocol)
	}
}

// set sends SETTINGS.
func (p *pair) set(t *rapid.T, list []http2.Setting) {
	p.framer.WriteSettings(list...)
	p.later(t)
	p.m.settings(list)
}

// control sends a frame about the connection, or about a stream's end.
func (p *pair) control(t *rapid.T) {
	switch choose(t, 8, "control") {
	case 0, 1, 2:
		one := rapid.Custom(func(t *rapid.T) http2.Setting {
			id := pick(t, []http2.SettingID{1, 2, 3, 4, 4, 4, 4, 5, 6, 99}, "id")
			values := []uint32{0, 1}
			switch id {
			case 4:
				values = []uint32{0, 1, 10, 100, 65535, 100000, 0, 1, 10, 100, 65535, 100000, 0, 1, 10, 100, 65535, 100000, 1<<31 - 1, 1 << 31}
			case 5:
				values = []uint32{1 << 14, 1<<24 - 1, 1 << 14, 1<<24 - 1, 1 << 14, 1<<24 - 1, 1<<14 - 1, 1 << 24}
			case 2:
				values = []uint32{0, 0, 0, 1, 1, 1, 2}
			}
			return http2.Setting{ID: id, Val: pick(t, values, "value")}
		})
		list := rapid.SliceOfN(one, 0, 3).Draw(t, "settings")
		if choose(t, 10, "many") == 0 {
			list = slices.Repeat([]http2.Setting{{ID: 99}}, rapid.IntRange(15, 20).Draw(t, "number"))
		}
		p.set(t, list)
	case 3:
		p.framer.WriteSettingsAck()
		if p.before(t) {
			p.m.rise(FloodSettings, 1)
		}
	case 4, 5:
		data := pick(t, []string{"lastcall", "12345678", "lastcalm"}, "data")
		ack := rapid.Bool().Draw(t, "ack")
		p.framer.WritePing(ack, [8]byte([]byte(data)))
		if p.before(t) {
			p.m.ping(ack, data)
		}
	case 6:
		id := p.id(t)
		p.framer.WriteRSTStream(id, 8)
		if p.before(t) {
			p.m.resetBy(id)
		}
	case 7:
		p.framer.WriteGoAway(0, 0, nil)
		if p.before(t) && (!p.m.left || p.m.rise(FloodLate, 1)) {
			p.m.left = true
		}
	}
}

// priorities sends PRIORITY or PRIORITY_UPDATE.
func (p *pair) priorities(t *rapid.T) {
	id := p.id(t)
	if choose(t, 4, "of RFC 7540") == 0 {
		on := pick(t, []uint32{0, 1, 3, id}, "on")
		p.framer.WritePriority(id, http2.PriorityParam{StreamDep: on})
		if p.before(t) {
			p.m.depend(id, on)
		}
		return
	}
	value := pick(t, []string{"u=0", "u=1", "u=7", "i", "u=1, i", "i=?0", "u=8", "", "u=2,i;x", " i = ?1 "}, "value")
	p.framer.WritePriorityUpdate(id, value)
	if p.before(t) {
		p.m.prioritise(id, value)
	}
}

// odd sends what no client does: mostly the end of the session.
func (p *pair) odd(t *rapid.T) {
	kind := 0
	if choose(t, 6, "wrong") == 0 {
		kind = rapid.IntRange(3, 12).Draw(t, "kind")
	}
	raw := map[int]string{
		6: "\x00\x40\x01\x00\x00\x00\x00\x00\x01", 7: "\x00\x00\x03\x03\x00\x00\x00\x00\x01\x00\x00\x08",
		8: "\x00\x00\x00\x00\x00\x00\x00\x00\x00", 9: "\x00\x00\x02\x00\x08\x00\x00\x00\x01\x05x", 10: "\x00\x00\x06\x06\x00\x00\x00\x00\x00xxxxxx",
		11: "\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x04\x80\x00\x00\x00",
	}
	if kind == 0 && choose(t, 30, "wrong on a stream") == 0 {
		kind = 13 + choose(t, 4, "which")
	}
	switch p.later(t); kind {
	default:
		p.framer.WriteRawFrame(0xee, 0xff, p.id(t), []byte("unknown"))
		if p.m.begun {
			p.m.rise(FloodLate, 1)
		} else {
			p.m.fail(http2.ErrCodeProtocol)
		}
	case 13: // padding beyond a HEADERS frame, of a stream that may be open
		p.framer.WriteRawFrame(1, 0xc, p.id(t)|1, []byte{5, 0x82})
		p.m.fail(http2.ErrCodeProtocol)
	case 14:
		p.framer.WriteRawFrame(8, 0, p.id(t), []byte{0, 0, 1})
		p.m.fail(http2.ErrCodeFrameSize)
	case 16: // a string that is short while it is compressed
		p.swollen(t)
	case 15: // there is no such entry of the table; more of the block would follow
		id := p.m.last | 1
		p.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: []byte{0x80}})
		if !p.m.begun {
			p.m.fail(http2.ErrCodeProtocol)
			return
		}
		p.m.last = id
		p.m.fail(http2.ErrCodeCompression)
	case 3:
		p.framer.WriteContinuation(1, true, nil)
		p.m.fail(http2.ErrCodeProtocol)
	case 4:
		p.framer.WritePushPromise(http2.PushPromiseParam{StreamID: 1, PromiseID: 3, EndHeaders: true})
		p.m.fail(http2.ErrCodeProtocol)
	case 5: // no compression
		id := p.m.last | 1
		p.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: []byte{0xff, 0xff, 0xff}, EndHeaders: true})
		if p.m.begun {
			p.m.last = id
			p.m.fail(http2.ErrCodeCompression)
		} else {
			p.m.fail(http2.ErrCodeProtocol)
		}
	case 6, 7, 10:
		p.to.WriteString(raw[kind])
		p.m.fail(http2.ErrCodeFrameSize)
	case 8, 9:
		p.to.WriteString(raw[kind])
		p.m.fail(http2.ErrCodeProtocol)
	case 11:
		p.to.WriteString(raw[kind])
		p.m.fail(http2.ErrCodeFlowControl)
	case 12:
		id := p.m.last | 1
		p.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: p.fields(get...), EndHeaders: false})
		p.framer.WriteWindowUpdate(0, 1)
		if p.m.begun {
			p.m.last = id
		}
		p.m.fail(http2.ErrCodeProtocol)
	}
}

// swollen sends a field as long as may be, or longer by one byte: too long for its block,
// were it not compressed.
func (p *pair) swollen(t *rapid.T) {
	h := &heading{id: (p.m.last + 2) | 1, end: true}
	more := choose(t, 2, "more")
	f := append(slices.Clone(get), "x", strings.Repeat("a", blockLength+more))
	b := compressed(f)
	p.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: h.id, BlockFragment: b[:16000], EndStream: true})
	p.framer.WriteContinuation(h.id, false, b[16000:32000])
	p.framer.WriteContinuation(h.id, true, b[32000:])
	if !p.m.begun {
		p.m.fail(http2.ErrCodeProtocol)
		return
	}
	h.judge(f, false, twinHead)
	p.m.begin(h)
	if more > 0 {
		p.m.fail(http2.ErrCodeCompression)
		return
	}
	h.bytes = len(b)
	p.m.headers(h)
}

// some is a stream that does as is asked, in both; nil: there is none.
func (p *pair) some(t *rapid.T, does func(c *copied) bool) (*Stream, *copied) {
	var list []*copied
	for _, c := range p.m.open {
		if does(c) {
			list = append(list, c)
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	c := pick(t, list, "stream")
	return p.s.streams.find(c.id), c
}

// answer begins a response.
func (p *pair) answer(t *rapid.T) {
	st, c := p.some(t, func(c *copied) bool { return !c.dead && !c.answered })
	if st == nil {
		return
	}
	status := pick(t, []string{"200", "200", "103", "404", "206"}, "status")
	end := status[0] != '1' && choose(t, 4, "end") == 0
	p.s.Respond(st, []byte("HTTP/1.1 "+status+" x\r\nServer: brigade\r\nX: "+longValue[:pick(t, []int{1, 1, 600}, "long")]+"\r\n\r\n"), end)
	p.m.say("HEADERS %d end=%t", st.ID, end)
	if c.answered = status[0] != '1'; end {
		p.m.finish(c)
	} else if c.answered {
		p.s.Offer(st)
		c.wants = true
		p.m.ready(c)
	}
}

// turn lets the stream send whose turn it is.
func (p *pair) turn(t *rapid.T) {
	st := p.s.Turn()
	if st == nil {
		return
	}
	c := p.m.stream(st.ID)
	if !c.answered {
		return
	}
	n := p.s.Grant(st, pick(t, []int64{1, 63, 64, 1023, 1024, 100000, 100000}, "want"))
	end := choose(t, 6, "end") == 0
	if ok, same := p.s.Data(st, n, end), p.m.send(c, int64(n), end); ok != same {
		t.Fatalf("%d bytes of stream %d are framed: %t", n, st.ID, ok)
	} else if !ok {
		p.events = append(p.events, "failed") // its host is told by what Data returns
		return
	}
	p.s.codec.out = append(p.s.codec.out, make([]byte, n)...)
}

// host does what a host may do at any time.
func (p *pair) host(t *rapid.T) {
	switch choose(t, 9, "host") {
	case 0:
		if st, c := p.some(t, func(*copied) bool { return true }); st != nil {
			code := pick(t, []Code{Cancel, InternalError}, "code")
			p.s.Cancel(st, code)
			p.m.cancel(c, http2.ErrCode(code))
		}
	case 1, 2:
		if st, c := p.some(t, func(c *copied) bool { return c.dead || c.sent }); st != nil {
			p.s.Release(st)
			p.m.release(c)
			delete(p.held, c.id)
		}
	case 3:
		if st, c := p.some(t, func(c *copied) bool { return len(p.held[c.id]) > 0 }); st != nil {
			p.s.Passed(st, int(p.held[c.id][0]))
			p.m.passed(c, p.held[c.id][0])
			p.held[c.id] = p.held[c.id][1:]
		}
	case 4:
		if st, c := p.some(t, func(c *copied) bool { return c.answered && !c.sent }); st != nil {
			if rapid.Bool().Draw(t, "has something") {
				p.s.Offer(st)
				c.wants = true
			} else {
				p.s.Withdraw(st)
				c.wants = false
			}
			p.m.ready(c)
		}
	case 5:
		if st, c := p.some(t, func(c *copied) bool { return c.answered && !c.sent && !c.dead }); st != nil {
			p.s.End(st)
			p.m.say("DATA %d 0 end=true", c.id)
			p.m.finish(c)
		}
	case 6:
		if st, c := p.some(t, func(c *copied) bool { return c.answered && !c.sent && !c.dead }); st != nil {
			p.s.Trail(st, []byte("X-Sum: 1\r\n"))
			p.m.say("HEADERS %d end=true", c.id)
			p.m.finish(c)
		}
	case 7:
		p.s.Warn()
		p.m.warn()
	case 8:
		if choose(t, 4, "leave") == 0 {
			p.s.GoAway()
			p.m.goAway()
		}
	}
}
