package http2

// A session in other words: what RFC 9113 asks of a server's side, on plain maps and
// lists, with what the session is to say after each frame. It reads nothing of the
// session; session_prop_test.go sets the two side by side.

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/http2"
)

// twin is the model of a session.
type twin struct {
	most                    int // streams at a time
	begun, failed           bool
	warned, leaving, left   bool
	last, told              uint32
	window, room, used      int64
	initial                 int64
	open                    []*copied // oldest first
	line                    []*copied // those that can send, in the order they came to be so
	closed                  []uint32  // that we have reset, the last 64
	level                   [Floods]int
	spare                   int
	resets, refused, larges uint64
	floods                  [Floods]uint64
	since, now              int64 // nanoseconds
	said, events            []string
}

// copied is the model of a stream.
type copied struct {
	id                             uint32
	received, answered, sent, dead bool
	window, room, used             int64
	expects, got                   int64
	urgency                        int
	parallel, wants                bool
}

func newTwin(streams int) *twin {
	return &twin{most: streams, window: initial, room: initial, initial: initial}
}

func (m *twin) say(format string, args ...any) {
	m.said = append(m.said, fmt.Sprintf(format, args...))
}

func (m *twin) event(format string, args ...any) {
	m.events = append(m.events, fmt.Sprintf(format, args...))
}

// stream is stream id; nil: it is not open.
func (m *twin) stream(id uint32) *copied {
	for _, st := range m.open {
		if st.id == id {
			return st
		}
	}
	return nil
}

// idle reports whether stream id has not begun.
func (m *twin) idle(id uint32) bool { return id%2 == 0 || id > m.last }

func (m *twin) fail(c http2.ErrCode) bool {
	if m.failed = true; !m.leaving {
		m.told = m.last
	}
	m.leaving = true
	m.say("GOAWAY %d %v", m.told, c)
	m.event("failed")
	return false
}

// rise counts frames that cost more than they bring. False: the session is over.
func (m *twin) rise(f Flood, n int) bool {
	if m.level[f] += n; m.level[f] > 512 {
		m.floods[f]++
		return m.fail(http2.ErrCodeEnhanceYourCalm)
	}
	return true
}

func (m *twin) ease(n int) {
	for i, v := range m.level {
		if v > 0 {
			m.level[i] = max(0, v-n)
		}
	}
}

// time lets time go by.
func (m *twin) time() {
	for i := 0; m.now-m.since >= 1e9; m.since += 1e9 {
		if i++; i <= 512 {
			m.ease(8)
		}
	}
}

func (m *twin) remember(id uint32) {
	if m.closed = append(m.closed, id); len(m.closed) > 64 {
		m.closed = m.closed[1:]
	}
}

// ready brings st into the line, or out of it.
func (m *twin) ready(st *copied) {
	can, is := st.wants && st.window > 0 && !st.dead, slices.Contains(m.line, st)
	switch {
	case can && !is:
		m.line = append(m.line, st)
	case !can && is:
		m.unline(st)
	}
}

func (m *twin) unline(st *copied) {
	m.line = slices.DeleteFunc(m.line, func(x *copied) bool { return x == st })
}

func (m *twin) narrow() bool { return m.window <= 0 || m.window < 64 && m.level[FloodWindow] >= 64 }

// turn is who sends next; 0: nobody can.
func (m *twin) turn() uint32 {
	if m.failed || m.narrow() {
		return 0
	}
	id, best := uint32(0), 99
	for _, st := range m.line {
		if st.urgency < best {
			id, best = st.id, st.urgency
		}
	}
	return id
}

// kill is the end of a stream before its time.
func (m *twin) kill(st *copied) {
	st.wants, st.dead = false, true
	m.ready(st)
	m.resets++
}

func (m *twin) cancel(st *copied, c http2.ErrCode) {
	if st.dead || st.sent && st.received {
		return
	}
	m.say("RST_STREAM %d %v", st.id, c)
	m.remember(st.id)
	m.kill(st)
}

// spoil resets a stream for what its peer did.
func (m *twin) spoil(st *copied, c http2.ErrCode) {
	if m.rise(FloodReset, 1) {
		m.cancel(st, c)
		m.event("reset %d", st.id)
	}
}

func (m *twin) release(st *copied) {
	if !st.dead && !st.received && !m.failed {
		m.say("RST_STREAM %d NO_ERROR", st.id)
		m.remember(st.id)
	}
	m.unline(st)
	m.open = slices.DeleteFunc(m.open, func(x *copied) bool { return x == st })
}

func (m *twin) took(n int64) {
	if m.used += n; m.used >= 32767 {
		m.say("WINDOW_UPDATE 0 %d", m.used)
		m.room, m.used = m.room+m.used, 0
	}
}

func (m *twin) passed(st *copied, n int64) {
	if st.used += n; st.used >= 32767 {
		if !st.received && !st.dead {
			m.say("WINDOW_UPDATE %d %d", st.id, st.used)
		}
		st.room, st.used = st.room+st.used, 0
	}
}

// data is DATA of n bytes, of length with its padding.
func (m *twin) data(id uint32, n, length int64, end bool) {
	if m.room -= length; m.room < 0 {
		m.fail(http2.ErrCodeFlowControl)
		return
	}
	if n == 0 && !end && !m.rise(FloodEmpty, 1) {
		return
	}
	st := m.stream(id)
	if st == nil || st.dead || st.received {
		m.took(length)
	}
	switch {
	case st == nil && m.idle(id):
		m.fail(http2.ErrCodeProtocol)
	case st == nil:
		if m.rise(FloodLate, 1) && !slices.Contains(m.closed, id) {
			m.say("RST_STREAM %d STREAM_CLOSED", id)
			m.remember(id)
		}
	case st.dead:
		m.rise(FloodLate, 1)
	case st.received:
		m.spoil(st, http2.ErrCodeStreamClosed)
	default:
		m.content(st, n, length, end)
	}
}

func (m *twin) content(st *copied, n, length int64, end bool) {
	st.room -= length
	if st.room < 0 {
		m.took(length)
		m.spoil(st, http2.ErrCodeFlowControl)
		return
	}
	st.got += n
	if long, short := st.got > st.expects, end && st.got < st.expects; st.expects >= 0 && (long || short) {
		m.took(length)
		m.spoil(st, http2.ErrCodeProtocol)
		return
	}
	st.received = end
	m.took(length - n)
	m.passed(st, length-n)
	m.event("body %d %d", st.id, n)
}

// update is WINDOW_UPDATE.
func (m *twin) update(id uint32, by int64) {
	st := m.stream(id)
	switch {
	case by == 0 && (id == 0 || st == nil && m.idle(id)):
		m.fail(http2.ErrCodeProtocol)
	case by == 0 && (st == nil || st.dead):
		m.rise(FloodLate, 1)
	case by == 0:
		m.spoil(st, http2.ErrCodeProtocol)
	case !m.rise(FloodUpdate, 1):
	case id == 0 && m.window+by > 1<<31-1:
		m.fail(http2.ErrCodeFlowControl)
	case id == 0:
		m.window += by
	case st == nil && m.idle(id):
		m.fail(http2.ErrCodeProtocol)
	case st == nil || st.dead:
	case st.window+by > 1<<31-1:
		m.spoil(st, http2.ErrCodeFlowControl)
	default:
		st.window += by
		m.ready(st)
	}
}

// settings is SETTINGS, and ack an acknowledgement of ours.
func (m *twin) settings(list []http2.Setting) {
	// The first size of windows is looked at before anything else.
	if i := slices.IndexFunc(list, func(s http2.Setting) bool { return s.ID == 4 }); i >= 0 && list[i].Val > 1<<31-1 {
		m.fail(http2.ErrCodeFlowControl)
		return
	}
	m.begun = true
	if !m.rise(FloodSettings, 1+max(len(list)-16, 0)) {
		return
	}
	for _, s := range list {
		switch {
		case s.ID == 2 && s.Val > 1, s.ID == 5 && (s.Val < 1<<14 || s.Val > 1<<24-1):
			m.fail(http2.ErrCodeProtocol)
			return
		case s.ID == 4 && !m.resize(int64(s.Val)):
			m.fail(http2.ErrCodeFlowControl)
			return
		}
	}
	m.say("SETTINGS ack")
}

func (m *twin) resize(size int64) bool {
	if size > 1<<31-1 {
		return false
	}
	by := size - m.initial
	m.initial = size
	for _, st := range m.open {
		if st.window+by > 1<<31-1 {
			return false
		}
		st.window += by
		m.ready(st)
	}
	return true
}

func (m *twin) ping(ack bool, data string) {
	switch {
	case !ack:
		m.say("PING ack %q", data)
	case m.warned && data == "lastcall":
		m.goAway()
	}
	m.rise(FloodPing, 1)
}

func (m *twin) goAway() {
	if !m.leaving {
		m.leaving, m.told = true, m.last
		m.say("GOAWAY %d NO_ERROR", m.told)
	}
}

func (m *twin) warn() {
	if !m.warned && !m.leaving {
		m.warned = true
		m.say("GOAWAY 2147483647 NO_ERROR")
		m.say(`PING "lastcall"`)
	}
}

// depend is PRIORITY.
func (m *twin) depend(id, on uint32) {
	switch st := m.stream(id); {
	case !m.rise(FloodPriority, 1) || id != on:
	case st != nil && st.dead:
		m.rise(FloodLate, 1)
	case st != nil:
		m.spoil(st, http2.ErrCodeProtocol)
	case id > m.last:
		m.fail(http2.ErrCodeProtocol)
	}
}

// prioritise is PRIORITY_UPDATE.
func (m *twin) prioritise(id uint32, value string) {
	if !m.rise(FloodPriority, 1) {
		return
	}
	if id%2 == 0 {
		m.fail(http2.ErrCodeProtocol)
	} else if st := m.stream(id); st != nil && !st.dead {
		m.rank(st, value)
	}
}

// rank gives st what a priority says.
func (m *twin) rank(st *copied, value string) {
	st.urgency, st.parallel = 3, false
	for member := range strings.SplitSeq(value, ",") {
		item, _, _ := strings.Cut(strings.Trim(member, " "), ";")
		key, v, _ := strings.Cut(item, "=")
		key, v = strings.Trim(key, " "), strings.Trim(v, " ")
		switch {
		case key == "u" && len(v) == 1 && strings.Contains("01234567", v):
			st.urgency = strings.Index("01234567", v)
		case key == "i":
			st.parallel = v == "" || v == "?1"
		}
	}
	if slices.Contains(m.line, st) { // behind those that are there
		m.unline(st)
		m.line = append(m.line, st)
	}
}

// resetBy is RST_STREAM.
func (m *twin) resetBy(id uint32) {
	st := m.stream(id)
	switch {
	case st == nil && m.idle(id):
		m.fail(http2.ErrCodeProtocol)
	case st == nil || st.dead:
		m.rise(FloodLate, 1)
	case m.rise(FloodReset, 1):
		m.kill(st)
		m.event("reset %d", id)
	}
}

// heading is a field block, and what its fields come to (fields_prop_test.go).
type heading struct {
	id            uint32
	end           bool
	large, wrong  bool
	length        int64 // Content-Length; -1: none
	priority      string
	head, trailer string // in HTTP/1.1's form

	bytes, frames, list    int  // of the block, its CONTINUATION frames, and as RFC 9113 §6.5.2 counts it
	fresh, ended, trailing bool // its stream has begun with it, was gone, or is open
}

// begin is HEADERS.
func (m *twin) begin(h *heading) {
	if h.id%2 == 0 {
		m.fail(http2.ErrCodeProtocol)
		return
	}
	h.trailing = m.stream(h.id) != nil
	if h.fresh = h.id > m.last; h.fresh {
		m.last = h.id
	}
	h.ended = !h.fresh && !h.trailing
}

// part is a further part of a block, of n bytes.
func (m *twin) part(h *heading, n int) {
	if h.bytes += n; h.bytes > 65536 || h.frames > 16 {
		m.floods[FloodContinue]++
		m.fail(http2.ErrCodeEnhanceYourCalm)
	}
}

// headers is the end of a block.
func (m *twin) headers(h *heading) {
	st := m.stream(h.id)
	idle := h.bytes - h.list - 64
	switch {
	case !h.ended && !h.large && idle > 0 && !m.rise(FloodContinue, 1+idle/64):
	case h.trailing && st == nil:
		m.rise(FloodLate, 1)
	case st != nil && st.dead:
		m.rise(FloodLate, 1)
	case st != nil && st.received:
		m.spoil(st, http2.ErrCodeStreamClosed)
	case st != nil && (h.wrong || !h.end || st.expects >= 0 && st.got != st.expects):
		m.spoil(st, http2.ErrCodeProtocol)
	case st != nil && h.large:
		st.received = true
		m.event("done %d large", h.id)
	case st != nil:
		st.received = true
		m.event("done %d %q", h.id, h.trailer)
	case h.ended && slices.Contains(m.closed, h.id):
		m.rise(FloodLate, 1)
	case h.ended:
		m.fail(http2.ErrCodeStreamClosed)
	default:
		m.request(h)
	}
}

func (m *twin) request(h *heading) {
	if m.leaving && h.id > m.told {
		m.rise(FloodLate, 1)
		return
	}
	full := len(m.open) >= m.most
	if full {
		m.refused++
		m.say("RST_STREAM %d REFUSED_STREAM", h.id)
	} else if h.large {
		m.larges++
	}
	if !full && h.wrong {
		m.resets++
		m.say("RST_STREAM %d PROTOCOL_ERROR", h.id)
	}
	if full || h.wrong {
		m.remember(h.id)
		m.rise(FloodReset, 1)
		return
	}
	st := &copied{id: h.id, received: h.end, window: m.initial, room: initial, expects: h.length, urgency: 3}
	if m.open = append(m.open, st); h.priority != "" {
		m.rank(st, h.priority)
	}
	if h.large {
		m.event("opened %d large", h.id)
	} else {
		m.event("opened %d %q", h.id, h.head)
	}
}

// finish is the end of a response.
func (m *twin) finish(st *copied) {
	st.sent, st.wants = true, false
	m.ready(st)
	m.ease(1)
}

// send is a DATA frame of ours.
func (m *twin) send(st *copied, n int64, end bool) bool {
	m.spare = min(m.spare+int(n), 1024)
	crumb := n < 64 && !end && (n == st.window || n == m.window)
	switch {
	case n >= 1024:
		m.level[FloodWindow] = max(m.level[FloodWindow]-1, 0)
	case crumb && m.spare >= 16:
		m.spare -= 16
	case crumb && !m.rise(FloodWindow, 1):
		return false
	}
	m.say("DATA %d %d end=%t", st.id, n, end)
	st.window -= n
	m.window -= n
	m.level[FloodUpdate] = max(m.level[FloodUpdate]-4, -8192)
	switch {
	case end:
		m.finish(st)
	case slices.Contains(m.line, st) && (st.parallel || st.window <= 0):
		m.unline(st)
		m.ready(st)
	}
	return true
}
