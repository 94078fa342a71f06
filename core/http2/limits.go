package http2

// What no honest client does often: frames that cost the server something and get
// nobody anything. Each kind has a meter, which rises with each such frame and falls
// with time and with work that was asked for and done; one that is full ends the
// connection with ENHANCE_YOUR_CALM, and the refusal is counted by kind. The attacks
// are those of CVE-2019-9511 to 9518, CVE-2023-44487, CVE-2024-27316 and CVE-2025-8671.

import (
	"time"

	"brigade/core/rt"
)

// Flood is a kind of frame that costs more than it brings.
type Flood uint8

// The kinds.
const (
	FloodNone     Flood = iota
	FloodReset          // streams that the client resets before they are answered, or makes us reset
	FloodContinue       // CONTINUATION frames, and bytes of a field block, above all such as are no field's
	FloodPing           // PING
	FloodSettings       // SETTINGS, and settings beyond a few in one
	FloodEmpty          // DATA frames without data that end nothing
	FloodUpdate         // WINDOW_UPDATE, beyond what DATA that was sent calls for
	FloodPriority       // PRIORITY and PRIORITY_UPDATE
	FloodLate           // frames for streams that are gone or are not taken any more, a second GOAWAY, and unknown frames
	FloodWindow         // windows so small that a response goes out in crumbs
	Floods
)

var floodNames = [Floods]string{
	"none", "resets", "continuations", "pings", "settings", "empty frames", "window updates", "priorities", "late frames", "small windows",
}

// String is what there was too much of.
func (f Flood) String() string { return floodNames[min(f, Floods-1)] }

// errCalm are the refusals, by kind.
var errCalm = [Floods]*Error{
	FloodReset:    {EnhanceYourCalm, true, "RFC 9113 §10.5", "too many streams are begun and reset"},
	FloodContinue: {EnhanceYourCalm, true, "RFC 9113 §10.5.1", "a field block goes on and on"},
	FloodPing:     {EnhanceYourCalm, true, "RFC 9113 §10.5", "too many PING frames"},
	FloodSettings: {EnhanceYourCalm, true, "RFC 9113 §10.5", "too many SETTINGS frames"},
	FloodEmpty:    {EnhanceYourCalm, true, "RFC 9113 §10.5", "too many DATA frames without data"},
	FloodUpdate:   {EnhanceYourCalm, true, "RFC 9113 §10.5", "too many WINDOW_UPDATE frames"},
	FloodPriority: {EnhanceYourCalm, true, "RFC 9113 §10.5", "too many changes of priority"},
	FloodLate:     {EnhanceYourCalm, true, "RFC 9113 §10.5", "too many frames that are for nothing"},
	FloodWindow:   {EnhanceYourCalm, true, "RFC 9113 §10.5", "windows are too small for what was asked for"},
}

// burst is how high a meter may rise, and drain how much it falls in a second.
const (
	burst = 512
	drain = 8
)

// owed is how far DATA that was sent lets the meter of window updates fall below nothing:
// the peer's updates for it may come together, long afterwards.
const owed = 16 * burst

// settingsFrame is how many settings a frame has before each further one counts as another
// frame: there are nine that anybody knows, and a change of windows looks at each stream.
const settingsFrame = 16

// idleBytes is how many bytes of a field block may stand for no field, and how many count
// as a frame beyond that.
const idleBytes = 64

// continuations is how many frames a field block may have beside its first.
const continuations = 16

// crumb is the DATA frame that is too small to be worth its while, if a window makes it
// so and it is not the last of its response.
const crumb = 64

// crumbs is how many of them come together before the connection's window is let grow
// first.
const crumbs = burst / 8

// meters are a session's.
type meters struct {
	level [Floods]int32
	since rt.Instant // when they fell last
}

// fall lets the meters fall with time.
func (m *meters) fall(now rt.Instant) {
	seconds := now.Sub(m.since) / time.Second
	if seconds <= 0 {
		return
	}
	m.since = m.since.Add(seconds * time.Second)
	m.ease(drain * int32(min(seconds, burst)))
}

// ease lets all meters fall by n.
func (m *meters) ease(n int32) {
	for i := range m.level {
		if m.level[i] > 0 {
			m.level[i] = max(m.level[i]-n, 0)
		}
	}
}

// rise counts one frame. The error is that there were too many.
func (m *meters) rise(f Flood) *Error { return m.rises(f, 1) }

// rises counts n frames, or what is as dear.
func (m *meters) rises(f Flood, n int) *Error {
	if m.level[f] += int32(n); m.level[f] > burst {
		return errCalm[f]
	}
	return nil
}
