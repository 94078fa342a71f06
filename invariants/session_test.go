package invariants_test

// Histories of sessions: connection 1 speaks HTTP/2, and its stream 1 is number
// streamOne. Frames are x/net's.

import (
	"bytes"
	"strings"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"brigade/core/rt"
	"brigade/sim"
)

const streamOne = 1<<63 | 1

// framed is what f writes.
func framed(f func(w *http2.Framer) error) string {
	var b bytes.Buffer
	w := http2.NewFramer(&b, nil)
	w.AllowIllegalWrites = true
	if err := f(w); err != nil {
		panic(err)
	}
	return b.String()
}

func settings(list ...http2.Setting) string {
	return framed(func(w *http2.Framer) error { return w.WriteSettings(list...) })
}

func settingsAck() string { return framed((*http2.Framer).WriteSettingsAck) }

func ping(ack bool, n byte) string {
	return framed(func(w *http2.Framer) error { return w.WritePing(ack, [8]byte{n}) })
}

func update(stream, by uint32) string {
	return framed(func(w *http2.Framer) error { return w.WriteWindowUpdate(stream, by) })
}

func rst(stream uint32, code http2.ErrCode) string {
	return framed(func(w *http2.Framer) error { return w.WriteRSTStream(stream, code) })
}

func goAway(last uint32, code http2.ErrCode) string {
	return framed(func(w *http2.Framer) error { return w.WriteGoAway(last, code, nil) })
}

func data(stream uint32, n int, end bool) string {
	return framed(func(w *http2.Framer) error { return w.WriteData(stream, end, make([]byte, n)) })
}

func padded(stream uint32, n, pad int) string {
	return framed(func(w *http2.Framer) error {
		return w.WriteDataPadded(stream, false, make([]byte, n), make([]byte, pad))
	})
}

// fields is a field block: name, value, name, value.
func fields(list ...string) []byte {
	var b bytes.Buffer
	w := hpack.NewEncoder(&b)
	for i := 0; i < len(list); i += 2 {
		if err := w.WriteField(hpack.HeaderField{Name: list[i], Value: list[i+1]}); err != nil {
			panic(err)
		}
	}
	return b.Bytes()
}

func block(stream uint32, end bool, b []byte) string {
	return framed(func(w *http2.Framer) error {
		return w.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: b, EndStream: end, EndHeaders: true})
	})
}

// get is a request, ok the head of its response.
func get(stream uint32, end bool) string {
	return block(stream, end, fields(":method", "GET", ":path", "/"))
}

func ok(stream uint32, end bool) string { return block(stream, end, fields(":status", "200")) }

// hears is what the server reads from connection 1; says, what it writes to it.
func (h *history) hears(text ...string) *history {
	s := strings.Join(text, "")
	return h.reads(loop, 7, s, len(s)+1)
}

func (h *history) says(text ...string) *history {
	s := strings.Join(text, "")
	return h.with(sim.Call{Op: rt.OpWrite, Buf: []byte(s)}).call(loop, rt.OpWrite, 7, int64(len(s)))
}

// converses is a session in which either side has said its SETTINGS: the server takes two
// streams at a time.
func converses(list ...http2.Setting) *history {
	return begun().hears(http2.ClientPreface, settings(list...)).probe(loop, rt.ProbeSession, 1).
		says(settings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 2}), settingsAck()).hears(settingsAck())
}

// opening is the begin of a stream of that number.
func (h *history) opening(number uint64) *history {
	return h.probe(loop, rt.ProbeStreamOpen, streamOne+number/2, 1, number)
}

// closing is its end.
func (h *history) closing(number uint64) *history {
	return h.probe(loop, rt.ProbeStreamClose, streamOne+number/2, 1)
}

// confesses is what the session takes a window to be.
func (h *history) confesses(id uint64, send, room int32, used uint64) *history {
	return h.probe(loop, rt.ProbeWindow, id, uint64(uint32(send))<<32|uint64(uint32(room)), used)
}

// rests is its waiting with nothing left to write; its first stream waits, too.
func (h *history) rests() *history {
	return waitsIn(h.probe(loop, rt.ProbeState, streamOne, rt.WaitWindow, h.in(time.Second)), rt.WaitStreams, time.Second)
}

// asking is a session with one stream, begun.
func asking(list ...http2.Setting) *history {
	return converses(list...).hears(get(1, false)).opening(1)
}

const full = 65535

var windowOf = func(n uint32) http2.Setting {
	return http2.Setting{ID: http2.SettingInitialWindowSize, Val: n}
}

var plantedSessions = []plant{
	{"window", "", "a window used up", asking(windowOf(10)).says(ok(1, false), data(1, 10, true))},
	{"window", "I25", "beyond the stream's", asking(windowOf(10)).says(ok(1, false), data(1, 11, true))},
	{"window", "", "opened in time", asking(windowOf(10)).hears(update(1, 1)).says(ok(1, false), data(1, 11, true))},
	{"window", "I25", "opened too late", asking(windowOf(10)).says(ok(1, false), data(1, 11, true)).hears(update(1, 1))},
	{"window", "I25", "beyond the connection's", asking(windowOf(1<<20)).says(ok(1, false)).times(4, func(h *history) { h.says(data(1, 16384, false)) })},
	{"window", "", "smaller from its acknowledgement on", asking().hears(settings(windowOf(1))).says(ok(1, false), data(1, 2, true), settingsAck())},
	{"window", "I25", "smaller from its acknowledgement on, and not heeded", asking().hears(settings(windowOf(1))).says(ok(1, false), settingsAck(), data(1, 2, true))},
	{"window", "I25", "more given back than came", asking().hears(data(1, 100, false)).says(update(0, 101))},
	{"window", "I25", "more given back to a stream than came", asking().hears(data(1, 100, false)).says(update(1, 101))},
	{"window", "", "padding is given back", asking().hears(padded(1, 9000, 9)).says(update(0, 9010))},
	{"window", "", "a session that knows", asking().hears(data(1, 100, false)).confesses(1, full, full-100, 0).confesses(streamOne, full, full-100, 0).rests()},
	{"window", "I25", "one that thinks it may send more", asking().confesses(1, full+1, full, 0)},
	{"window", "I25", "one that thinks it may be sent more", asking().hears(data(1, 100, false)).confesses(1, full, full, 0)},
	{"window", "I25", "one that thinks so of a stream", asking().confesses(streamOne, full+1, full, 0)},
	{"window", "I25", "or that more may come on it", asking().hears(data(1, 100, false)).confesses(streamOne, full, full, 0)},
	{"window", "I25", "one that does not tell of itself", asking().confesses(streamOne, full, full, 0).rests()},
	{"window", "I25", "one that does not tell of its stream", asking().confesses(1, full, full, 0).rests()},
	{"window", "I25", "one that tells of it twice", asking().confesses(streamOne, full, full, 0).confesses(streamOne, full, full, 0)},
	{"window", "", "a request that has ended", asking().hears(data(1, 100, true)).confesses(streamOne, full, 0, 0)},
	{"window", "I25", "more may come of one that has ended", asking().hears(data(1, 100, true)).confesses(streamOne, full, full-100, 0)},
	{"window", "", "all is used up", asking().hears(data(1, 100, true)).closing(1).confesses(1, full, full-100, 100)},
	{"window", "I25", "DATA for a stream that is gone is forgotten", asking().closing(1).hears(data(1, 100, true)).confesses(1, full, full-100, 0)},
	{"window", "I25", "half a window is not given back", asking().hears(data(1, 16384, false), data(1, 16384, true)).closing(1).confesses(1, full, full-32768, 32768)},

	{"session", "", "a request and its response", asking().says(ok(1, false), data(1, 3, true)).closing(1).rests()},
	{"session", "", "interim, head, DATA and trailers", asking().says(block(1, false, fields(":status", "103")), ok(1, false), data(1, 3, false), block(1, true, fields("a", "b")))},
	{"session", "I27", "no SETTINGS first", begun().hears(http2.ClientPreface, settings()).probe(loop, rt.ProbeSession, 1).says(settingsAck())},
	{"session", "I27", "what is no frame", asking().says("HTTP/1.1 400 Bad Request\r\n\r\n")},
	{"session", "I27", "a stream that nobody began", asking().says(ok(3, true))},
	{"session", "I27", "a stream of the server's", asking().says(ok(2, true))},
	{"session", "I27", "a promise", asking().says(framed(func(w *http2.Framer) error {
		return w.WritePushPromise(http2.PushPromiseParam{StreamID: 1, PromiseID: 2, BlockFragment: fields(":method", "GET"), EndHeaders: true})
	}))},
	{"session", "I27", "DATA before a head", asking().says(data(1, 3, true))},
	{"session", "I27", "DATA after the end", asking().says(ok(1, true), data(1, 3, true))},
	{"session", "I27", "a head after a reset", asking().says(rst(1, http2.ErrCodeCancel), ok(1, true))},
	{"session", "I27", "a second head", asking().says(ok(1, false), ok(1, false))},
	{"session", "I27", "a head without status", asking().says(block(1, true, fields("a", "b")))},
	{"session", "I27", "an interim head that ends", asking().says(block(1, true, fields(":status", "100")))},
	{"session", "I27", "a field of another protocol's", asking().says(block(1, true, fields(":status", "200", "connection", "close")))},
	{"session", "I27", "a name in capitals", asking().says(block(1, true, fields(":status", "200", "Etag", "x")))},
	{"session", "I27", "what cannot be decompressed", asking().says(block(1, true, []byte{0xff, 0xff, 0xff}))},
	{"session", "I27", "an entry that the table has no room for", asking().says(block(1, false, fields(":status", "200", "server", "a"))).
		hears(settings(http2.Setting{ID: http2.SettingHeaderTableSize, Val: 0}), get(3, true)).says(settingsAck(), block(3, true, []byte{0x88, 0xbe}))},
	{"session", "I27", "reset twice", asking().says(rst(1, http2.ErrCodeCancel), rst(1, http2.ErrCodeCancel))},
	{"session", "", "reset twice, provoked", asking().says(rst(1, http2.ErrCodeCancel)).hears(data(1, 1, false)).says(rst(1, http2.ErrCodeStreamClosed))},
	{"session", "", "reset without need for the rest", asking().says(ok(1, true), rst(1, http2.ErrCodeNo))},
	{"session", "", "what was on its way when a reset came", asking().hears(rst(1, http2.ErrCodeCancel)).says(ok(1, true))},
	{"session", "I27", "a reset that was heard is answered", asking().hears(rst(1, http2.ErrCodeCancel)).rests().says(rst(1, http2.ErrCodeCancel))},
	{"session", "I27", "a reset that comes alone is answered", asking().rests().hears(rst(1, http2.ErrCodeCancel)).says(rst(1, http2.ErrCodeCancel))},
	{"session", "", "a reset that comes behind content", asking().rests().hears(data(1, 1, true), rst(1, http2.ErrCodeCancel)).says(ok(1, true))},
	{"session", "", "a reset while there is something to write", asking().rests().fails(loop, rt.OpWrite, 7, again).hears(rst(1, http2.ErrCodeCancel)).says(ok(1, true))},
	{"session", "", "what comes behind a reset is refused", asking().rests().hears(rst(1, http2.ErrCodeCancel)).hears(data(1, 1, false)).says(rst(1, http2.ErrCodeStreamClosed))},
	{"session", "I27", "PING is not answered", asking().hears(ping(false, 1)).rests()},
	{"session", "I27", "PING is answered out of order", asking().hears(ping(false, 1), ping(false, 2)).says(ping(true, 2))},
	{"session", "I27", "PING is answered twice", asking().hears(ping(false, 1)).says(ping(true, 1), ping(true, 1))},
	{"session", "I27", "SETTINGS are not acknowledged", asking().hears(settings()).rests()},
	{"session", "I27", "SETTINGS are acknowledged twice", asking().says(settingsAck())},
	{"session", "I27", "half a frame is left", asking().says(ping(true, 1)[:5]).rests()},
	{"session", "I27", "a request is forgotten", asking().hears(get(3, true)).rests()},
	{"session", "", "a request comes after GOAWAY", asking().says(goAway(1, http2.ErrCodeNo)).hears(get(3, true)).rests()},
	{"session", "I27", "a request that GOAWAY has left out is begun", asking().says(goAway(1, http2.ErrCodeNo)).hears(get(3, true)).opening(3)},
	{"session", "I27", "GOAWAY leaves out what was begun", asking().hears(get(3, true)).opening(3).says(goAway(1, http2.ErrCodeNo))},
	{"session", "I27", "GOAWAY takes in what nobody has asked for", asking().says(goAway(3, http2.ErrCodeNo))},
	{"session", "I27", "GOAWAY grows", asking().says(goAway(1, http2.ErrCodeNo)).hears(get(3, true)).says(goAway(3, http2.ErrCodeNo))},
	{"session", "I27", "goes on after an error", asking().says(goAway(1, http2.ErrCodeProtocol), ok(1, true))},
	{"session", "I27", "waits after an error", asking().says(goAway(1, http2.ErrCodeProtocol)).rests()},
	{"session", "I27", "waits after what is no frame", asking().hears("\xff\xff\xff\x00\x00\x00\x00\x00\x00").rests()},
	{"session", "I27", "begins what was not asked for", asking().opening(3)},
	{"session", "I27", "begins twice", asking().opening(1)},
	{"session", "I27", "refuses too early", asking().hears(get(3, true)).says(rst(3, http2.ErrCodeRefusedStream))},
	{"session", "", "refuses in time", asking().hears(get(3, true)).opening(3).hears(get(5, true)).says(rst(5, http2.ErrCodeRefusedStream))},
	{"session", "I27", "more run than were announced", crowded(3)},
	{"session", "", "as many run as were announced", crowded(2)},
	{"session", "", "one comes back", crowded(2).probe(processor, rt.ProbeOwner, streamOne, rt.StepStream, 1).probe(loop, rt.ProbeTaken, streamOne, rt.StepStream, 1).
		hears(get(7, true)).opening(7).probe(loop, rt.ProbeOwner, streamOne+3, rt.StepProcess, 0)},
	{"session", "I16", "a stream waits without a deadline", waitsIn(asking(), rt.WaitStreams, time.Second).after(time.Millisecond)},
	{"session", "", "a stream is worked on", waitsIn(crowded(2), rt.WaitStreams, time.Second).after(time.Millisecond)},
	{"session", "I17", "frames prolong what is idle", waitsIn(waitsIn(converses(), rt.WaitIdle, time.Second).after(time.Millisecond).hears(ping(false, 1)).says(ping(true, 1)), rt.WaitIdle, time.Second)},
	{"session", "", "the rest of a time", waitsIn(waitsIn(converses(), rt.WaitIdle, time.Second).after(time.Millisecond), rt.WaitIdle, 999*time.Millisecond)},
	{"session", "I27", "shut before a stream's end", asking().says(ok(1, false)).call(loop, rt.OpShutdown, 7, 0)},
	{"session", "", "shut when all have ended", asking().says(ok(1, true)).call(loop, rt.OpShutdown, 7, 0)},

	{"holding", "I28", "what is framed piles up", serving().times(40, func(h *history) { h.another() })},
	{"holding", "", "as much as a session needs", serving().times(30, func(h *history) { h.another() })},
	{"holding", "", "memory that serves no connection", mine().probe(root, rt.ProbeLimit, rt.LimitPages, 18<<10).times(40, func(h *history) { h.another() })},
}

// crowded is a session of which processors work on so many streams.
func crowded(n uint64) *history {
	h := converses()
	for i := range n {
		h.hears(get(uint32(1+2*i), true)).opening(1+2*i).
			probe(loop, rt.ProbeOwner, streamOne+i, rt.StepProcess, 0).probe(processor, rt.ProbeTaken, streamOne+i, rt.StepProcess, 2)
	}
	return h
}

// serving is an allocator that serves a connection, with pages of 18 KiB.
func serving() *history {
	return mine().probe(root, rt.ProbeLimit, rt.LimitPages, 18<<10).probe(root, rt.ProbeLimit, rt.LimitContent, 4096).
		probe(loop, rt.ProbePoolOpen, poolOne, 0, 1)
}

// another is a further block of it, of 6 KiB.
func (h *history) another() *history {
	return h.probe(loop, rt.ProbeBlock, 5<<32|uint64(1+len(h.events)), 1, 6<<10)
}
