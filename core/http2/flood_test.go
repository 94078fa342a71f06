package http2

// Floods: each attack that costs a server more than its client, with the error code that
// ends it and the counter that has it. Beside each the same, spread over time, is borne.

import (
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/http2"

	"brigade/core/rt"
)

// floods are what attackers do, time i of it. keeps: the handlers of streams that were reset
// run on.
var floods = []struct {
	name  string
	flood Flood
	keeps bool
	say   func(p *peer, i int)
}{
	{"streams that are reset (CVE-2023-44487)", FloodReset, false, func(p *peer, i int) {
		id := uint32(2*i + 1)
		p.request(id, true, get...)
		p.framer.WriteRSTStream(id, http2.ErrCodeCancel)
	}},
	{"streams beyond the number", FloodReset, true, func(p *peer, i int) {
		for id := uint32(1); i == 0 && p.s.Open() < p.s.limits.Streams; id += 2 {
			p.request(id, false, posting()...)
			p.pump()
		}
		p.request(p.s.last+2, true, get...)
	}},
	{"heads that break a rule", FloodReset, false, func(p *peer, i int) { p.request(uint32(2*i+1), true, with(get, "X", "y")...) }},
	{"fields without a name (CVE-2019-9516)", FloodReset, false, func(p *peer, i int) { p.request(uint32(2*i+1), true, with(get, "", "")...) }},
	{"streams made to be reset (CVE-2025-8671): a window that grows by nothing", FloodReset, true, made(func(p *peer, id uint32) {
		p.framer.WriteWindowUpdate(id, 0)
	})},
	{"made to be reset: a window that grows too large", FloodUpdate, true, made(func(p *peer, id uint32) {
		p.framer.WriteWindowUpdate(id, largest)
	})},
	{"made to be reset: a stream that depends on itself", FloodPriority, true, made(func(p *peer, id uint32) {
		p.framer.WritePriority(id, http2.PriorityParam{StreamDep: id})
	})},
	{"made to be reset: content of another length", FloodReset, true, func(p *peer, i int) {
		id := uint32(2*i + 1)
		p.request(id, false, posting("content-length", "1")...)
		p.framer.WriteData(id, true, []byte("two"))
		p.ends(id)
	}},
	{"made to be reset: content behind the end", FloodReset, true, func(p *peer, i int) {
		id := uint32(2*i + 1)
		p.request(id, true, get...)
		p.framer.WriteData(id, true, []byte("x"))
		p.ends(id)
	}},
	{"made to be reset: trailers behind the end", FloodReset, true, func(p *peer, i int) {
		id := uint32(2*i + 1)
		p.request(id, true, get...)
		p.request(id, true, "a", "b")
		p.ends(id)
	}},
	{"made to be reset: trailers that do not end", FloodReset, true, made(func(p *peer, id uint32) { p.request(id, false, "a", "b") })},
	{"made to be reset: more than the window", FloodReset, true, made(func(p *peer, id uint32) {
		p.pump()
		p.streams[id].room.left = 0
		p.framer.WriteData(id, false, []byte("x"))
	})},
	{"PING (CVE-2019-9512)", FloodPing, false, func(p *peer, _ int) { p.framer.WritePing(false, [8]byte{}) }},
	{"answers to no PING", FloodPing, false, func(p *peer, _ int) { p.framer.WritePing(true, [8]byte{}) }},
	{"SETTINGS (CVE-2019-9515)", FloodSettings, false, func(p *peer, _ int) { p.framer.WriteSettings() }},
	{"acknowledgements of no SETTINGS", FloodSettings, false, func(p *peer, _ int) { p.framer.WriteSettingsAck() }},
	{"windows and tables that change their size", FloodSettings, false, func(p *peer, i int) {
		p.framer.WriteSettings(http2.Setting{ID: 4, Val: uint32(i % 2 * 9)}, http2.Setting{ID: 1, Val: uint32(i % 2 * 4096)})
	}},
	{"empty DATA (CVE-2019-9518)", FloodEmpty, false, emptying(nil)},
	{"empty DATA with padding", FloodEmpty, false, emptying(make([]byte, 255))},
	{"WINDOW_UPDATE of the connection", FloodUpdate, false, func(p *peer, _ int) { p.framer.WriteWindowUpdate(0, 1) }},
	{"WINDOW_UPDATE of a stream", FloodUpdate, false, func(p *peer, i int) {
		if i == 0 {
			p.request(1, true, get...)
		}
		p.framer.WriteWindowUpdate(1, 1)
	}},
	{"PRIORITY (CVE-2019-9513)", FloodPriority, false, func(p *peer, i int) {
		p.framer.WritePriority(uint32(2*i+1), http2.PriorityParam{StreamDep: 3 + uint32(2*i)})
	}},
	{"PRIORITY_UPDATE", FloodPriority, false, func(p *peer, i int) { p.framer.WritePriorityUpdate(uint32(2*i+1), "u=1") }},
	{"unknown frames", FloodLate, false, func(p *peer, _ int) { p.framer.WriteRawFrame(0xee, 0, 0, nil) }},
	{"GOAWAY", FloodLate, false, func(p *peer, _ int) { p.framer.WriteGoAway(0, 0, nil) }},
	{"requests after our GOAWAY", FloodLate, false, func(p *peer, i int) {
		p.s.GoAway()
		p.request(uint32(2*i+1), true, get...)
	}},
	{"RST_STREAM of a stream that was reset", FloodLate, true, gone(func(p *peer) { p.framer.WriteRSTStream(1, 8) })},
	{"RST_STREAM of a stream that is gone", FloodLate, false, gone(func(p *peer) { p.framer.WriteRSTStream(1, 8) })},
	{"a window that grows by nothing, of a stream that was reset", FloodLate, true, gone(func(p *peer) { p.framer.WriteWindowUpdate(1, 0) })},
	{"a window that grows by nothing, of a stream that is gone", FloodLate, false, gone(func(p *peer) { p.framer.WriteWindowUpdate(1, 0) })},
	{"DATA for a stream that was reset", FloodLate, true, gone(func(p *peer) { p.framer.WriteData(1, false, []byte("x")) })},
	{"DATA for a stream that is gone", FloodLate, false, gone(func(p *peer) { p.framer.WriteData(1, false, []byte("x")) })},
	{"trailers of a stream that was reset", FloodLate, true, gone(func(p *peer) { p.request(1, true, "a", "b") })},
}

// made begins a stream and has the session reset it.
func made(breaks func(p *peer, id uint32)) func(p *peer, i int) {
	return func(p *peer, i int) {
		id := uint32(2*i + 1)
		p.request(id, false, posting()...)
		breaks(p, id)
		p.ends(id)
	}
}

// ends lets stream id go, whose handler has returned.
func (p *peer) ends(id uint32) {
	p.pump()
	if st := p.s.streams.find(id); st != nil {
		p.s.Release(st)
	}
}

// emptying sends content of nothing.
func emptying(pad []byte) func(p *peer, i int) {
	return func(p *peer, i int) {
		if i == 0 {
			p.request(1, false, posting()...)
		}
		p.framer.WriteDataPadded(1, false, nil, pad)
	}
}

// gone says something of stream 1, which was reset before.
func gone(say func(p *peer)) func(p *peer, i int) {
	return func(p *peer, i int) {
		if i == 0 {
			p.request(1, false, posting()...)
			p.framer.WriteRSTStream(1, 8)
		}
		say(p)
	}
}

func TestFloods(t *testing.T) {
	for _, c := range floods {
		t.Run(c.name, func(t *testing.T) {
			p := newPeer(t)
			p.keeps = c.keeps
			n := 0
			for ; n < 2*burst && p.s.Failure() == nil; n++ {
				c.say(p, n)
				p.pump()
			}
			p.said2("GOAWAY " + strconv.Itoa(int(p.s.told)) + " ENHANCE_YOUR_CALM")
			if p.s.Counts().Floods[c.flood] != 1 || n > burst+2 {
				t.Errorf("after %d, counted: %v", n, p.s.Counts())
			}
			// The same, spread over time, is nothing.
			q := newPeer(t)
			q.keeps = c.keeps
			for i := range 2 * burst {
				c.say(q, i)
				q.pump()
				q.now = q.now.Add(1e9 / drain)
			}
			if e := q.s.Failure(); e != nil {
				t.Errorf("a calm client is refused: %v", e)
			}
		})
	}
}

// Streams that were made to be reset count as long as their handlers run, as those do that
// were reset.
func TestMadeToResetCounts(t *testing.T) {
	p := newPeer(t)
	p.keeps = true
	for i := range 10 {
		id := uint32(2*i + 1)
		p.request(id, true, get...)
		p.framer.WriteWindowUpdate(id, 0)
	}
	p.pump()
	p.said()
	p.request(21, true, get...)
	p.pump()
	p.want("RST_STREAM 21 REFUSED_STREAM")
	if p.s.Open() != 10 || p.s.Counts().Resets != 10 || p.s.Counts().Refused != 1 {
		t.Errorf("%d streams run, counted: %v", p.s.Open(), p.s.Counts())
	}
}

// All that one frame can have us look at each stream for is a few times.
func TestSettingsFlood(t *testing.T) {
	var list []http2.Setting
	for i := range frameLength / 6 {
		list = append(list, http2.Setting{ID: 4, Val: uint32(i % 2)})
	}
	p := newPeer(t)
	p.framer.WriteSettings(list[:settingsFrame]...)
	p.pump()
	p.want("SETTINGS ack")
	p.framer.WriteSettings(list...)
	p.pump()
	p.want("GOAWAY 0 ENHANCE_YOUR_CALM")
	if p.s.Counts().Floods[FloodSettings] != 1 {
		t.Errorf("counted: %v", p.s.Counts())
	}
}

// A block that says again and again how large the table is, and little else.
func TestTableFlood(t *testing.T) {
	for _, n := range []int{2, blockLength - 100} {
		p := newPeer(t)
		b := append(make([]byte, 0, n), strings.Repeat("\x20", n)...)
		b = append(b, p.fields(get...)...)
		first := min(len(b), frameLength)
		p.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: b[:first], EndStream: true, EndHeaders: first == len(b)})
		for b = b[first:]; len(b) > 0; b = b[first:] {
			first = min(len(b), frameLength)
			p.framer.WriteContinuation(1, first == len(b), b[:first])
		}
		p.pump()
		if n == 2 {
			p.happened("opened 1")
			p.want()
			continue
		}
		p.happened("failed")
		p.want("GOAWAY 1 ENHANCE_YOUR_CALM")
		if p.s.Counts().Floods[FloodContinue] != 1 {
			t.Errorf("counted: %v", p.s.Counts())
		}
	}
}

// Blocks in which a little is idle count each.
func TestIdleBytes(t *testing.T) {
	p := newPeer(t)
	p.encoder.SetMaxDynamicTableSize(0)
	n := 0
	for ; n < burst && p.s.Failure() == nil; n++ {
		b := append([]byte(strings.Repeat("\x20", 4*idleBytes+300)), p.fields(get...)...)
		id := uint32(2*n + 1)
		p.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: b, EndStream: true, EndHeaders: true})
		p.pump()
		if st := p.s.streams.find(id); st != nil {
			p.s.Respond(st, []byte("HTTP/1.1 204 No Content\r\n\r\n"), true)
			p.s.Release(st)
			p.flush()
		}
	}
	if p.s.Counts().Floods[FloodContinue] != 1 {
		t.Errorf("after %d blocks, counted: %v", n, p.s.Counts())
	}
}

func TestContinuationFlood(t *testing.T) {
	p := newPeer(t)
	p.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: p.fields(get...)})
	for range 2 * continuations {
		p.framer.WriteContinuation(1, false, nil)
	}
	p.pump()
	p.want("GOAWAY 1 ENHANCE_YOUR_CALM")
	if p.s.Counts().Floods[FloodContinue] != 1 {
		t.Errorf("counted: %v", p.s.Counts())
	}
}

// A small block that refers again and again to a large field of the table.
func TestHeaderBomb(t *testing.T) {
	p := newPeer(t)
	p.request(1, true, with(get, "x-bomb", strings.Repeat("v", 4000))...)
	bomb := get
	for range 1000 {
		bomb = with(bomb, "x-bomb", strings.Repeat("v", 4000))
	}
	p.request(3, true, bomb...)
	p.pump()
	p.happened("opened 1", "opened 3", "large")
	if p.s.Counts().Large != 1 {
		t.Errorf("counted: %v", p.s.Counts())
	}
	if n := cap(p.s.head.text); n > 16<<10 {
		t.Errorf("the head's buffer has %d bytes", n)
	}
}

// A client that lets a response go out byte by byte is refused; one that opens its
// window is not.
func TestSmallWindows(t *testing.T) {
	p := newPeer(t, http2.Setting{ID: 4, Val: 1})
	p.request(1, true, get...)
	p.pump()
	st := p.streams[1]
	p.s.Respond(st, []byte("HTTP/1.1 200 OK\r\n\r\n"), false)
	p.s.Offer(st)
	n := 0
	for p.s.Failure() == nil && n < 2*burst {
		if p.s.Grant(st, 1000) != 1 {
			t.Fatal("the window is not 1")
		}
		p.s.Data(st, 1, false)
		p.framer.WriteWindowUpdate(1, 1)
		p.pump()
		n++
	}
	if p.s.Counts().Floods[FloodWindow] != 1 {
		t.Errorf("after %d crumbs: %v", n, p.s.Failure())
	}
}

// A client that gives back each frame's bytes by themselves is not to blame for a window that
// has come to be in crumbs.
func TestCrumbsComeTogether(t *testing.T) {
	p := newPeer(t, http2.Setting{ID: 4, Val: largest})
	p.request(1, true, get...)
	p.pump()
	st := p.streams[1]
	p.s.Respond(st, []byte("HTTP/1.1 200 OK\r\n\r\n"), false)
	p.s.Offer(st)
	back := []uint32{8083, 8084, 8085}
	for range 90 {
		back = append(back, 1)
	}
	p.s.window = 0
	for range 3000 {
		if len(back) == 0 {
			t.Fatal("nothing is under way, and nothing is sent")
		}
		p.framer.WriteWindowUpdate(0, back[0])
		back = back[1:]
		p.pump()
		for p.s.Turn() != nil {
			n := p.s.Grant(st, largest)
			p.s.Data(st, n, false)
			p.s.Flush()
			back = append(back, uint32(n))
		}
	}
	if e := p.s.Failure(); e != nil || len(back) > 80 {
		t.Errorf("the window is in %d pieces: %v", len(back), e)
	}
}

// A client that hears a response of many small pieces late, and then gives all of its room
// back, is none that floods.
func TestUpdatesMayComeTogether(t *testing.T) {
	p := newPeer(t)
	p.request(1, true, get...)
	p.pump()
	st := p.streams[1]
	p.s.Respond(st, []byte("HTTP/1.1 200 OK\r\n\r\n"), false)
	p.s.Offer(st)
	for range burst {
		p.s.Data(st, 1, false)
	}
	for range burst {
		p.framer.WriteWindowUpdate(0, 1)
		p.framer.WriteWindowUpdate(1, 1)
	}
	p.pump()
	if e := p.s.Failure(); e != nil {
		t.Errorf("two updates for each DATA frame: %v", e)
	}
}

// Who answers each frame of DATA with updates may do so when its streams are gone.
func TestUpdatesForWhatIsGone(t *testing.T) {
	p := newPeer(t, http2.Setting{ID: 4, Val: 1 << 20})
	p.s.limits.Streams = 100
	for i := range 50 {
		id := uint32(2*i + 1)
		p.request(id, true, get...)
		p.pump()
		st := p.streams[id]
		p.s.Respond(st, []byte("HTTP/1.1 200 OK\r\n\r\n"), false)
		p.s.Offer(st)
		for k := range 32 {
			p.s.Data(st, 100, k == 31)
		}
		p.s.Release(st)
		for range 32 {
			p.framer.WriteWindowUpdate(id, 100)
			p.framer.WriteWindowUpdate(0, 100)
		}
		p.pump()
	}
	if e := p.s.Failure(); e != nil {
		t.Errorf("%v, counted: %v", e, p.s.Counts())
	}
}

func TestMetersFallWithTime(t *testing.T) {
	var m meters
	for range burst {
		m.rise(FloodPing)
	}
	m.fall(rt.Instant(3e9))
	if m.level[FloodPing] != burst-3*drain {
		t.Errorf("the level is %d", m.level[FloodPing])
	}
}
