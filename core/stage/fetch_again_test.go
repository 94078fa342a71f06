package stage_test

// What is sent again, on which connection, and what is not: requests that may not be sent
// twice, backends that tire of waiting for one, and such as do not answer.

import (
	"net/netip"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/core/sys"
)

const (
	posts = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
	gets  = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
	tired = "HTTP/1.1 408 x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
)

// warming is what a proxy of backends is set up with whose connections are warm for so
// long.
func warming(warm time.Duration, backends ...netip.AddrPort) (s setup) {
	s.backends = backends
	s.cfg.Dial, s.cfg.Answer, s.cfg.More, s.cfg.Spare, s.cfg.Warm = 700*ms, 4*time.Second, 3500*ms, 10*time.Second, warm
	return s
}

// TestFetchSendsOnceWhatMayNotBeSentTwice: a POST goes on a kept connection that is warm,
// and on a new one otherwise; when its backend hangs up, that was all.
func TestFetchSendsOnceWhatMayNotBeSentTwice(t *testing.T) {
	for _, x := range []struct {
		warm, pause time.Duration
		turns       []string
		status      int
		connections int
		requests    int
	}{
		{0, 0, []string{fine, fine}, 200, 1, 2},
		{0, 0, []string{fine, ""}, 502, 1, 2},
		{0, 600 * ms, []string{fine, fine}, 200, 2, 2},
		{time.Second, 600 * ms, []string{fine, fine}, 200, 1, 2},
		{-1, 0, []string{fine, ""}, 502, 2, 2},
	} {
		before(t, warming(x.warm, backendAt), x.turns, func(w *world, o *origin) {
			c := w.dial()
			for i, status := range []int{200, x.status} {
				if i > 0 {
					rt.Sleep(x.pause)
				}
				c.send(posts)
				c.wantResponse("POST is sent once", status)
			}
			wantAsked(o, x.connections, x.requests, "POST")
			c.Close()
		})
	}
}

// TestFetchKnowsThatItsBackendLeft: a backend that has closed a warm connection, as far as
// a read can tell, costs a POST nothing.
func TestFetchKnowsThatItsBackendLeft(t *testing.T) {
	for _, last := range []string{"", tired} {
		facing(t, warming(0, backendAt), nil, func(o *origin, fd sys.FD) {
			h := &hearing{o: o, fd: fd}
			h.asked()
			h.say(fine)
			if last != "" {
				h.say(last)
			}
		}, func(w *world, o *origin) {
			c := w.dial()
			for range 3 {
				c.send(posts)
				c.wantResponse("a connection that was closed is not used", 200)
				rt.Sleep(10 * ms)
			}
			wantAsked(o, 3, 3, "POST")
			c.Close()
		})
	}
}

// TestFetchTakes408ForAClose: a backend that says 408 on a kept connection tired of
// waiting, and has not taken what came meanwhile (RFC 9110 §15.5.9). What may not be sent
// twice is its client's to repeat, and what is said on a new connection is an answer.
func TestFetchTakes408ForAClose(t *testing.T) {
	for _, x := range []struct {
		request     string
		turns       []string
		statuses    []int
		connections int
	}{
		{gets, []string{fine, tired, fine}, []int{200, 200}, 2},
		{gets, []string{fine, tired, tired}, []int{200, 408}, 2},
		{gets, []string{tired, fine}, []int{408, 200}, 2},
		{posts, []string{fine, tired}, []int{200, 408}, 1},
	} {
		before(t, warming(0, backendAt), x.turns, func(w *world, o *origin) {
			c := w.dial()
			for _, status := range x.statuses {
				c.send(x.request)
				c.wantResponse("a backend that tires of waiting", status)
			}
			wantAsked(o, x.connections, len(x.turns), x.request)
			c.Close()
		})
	}
}

// TestFetchAsksAnotherInTime: a backend that does not answer in time is left for another,
// once, if the request may be sent twice.
func TestFetchAsksAnotherInTime(t *testing.T) {
	others := netip.MustParseAddrPort("127.0.0.1:91")
	for _, x := range []struct {
		request, turn string
		status        int
		asked         int // of the other
	}{
		{gets, fine, 200, 1},
		{gets, "silent", 504, 1},
		{posts, fine, 504, 0},
	} {
		before(t, warming(0, backendAt, others), []string{"silent"}, func(w *world, o *origin) {
			other := &origin{p: w.peer, at: others, turns: []string{x.turn}}
			other.begin(true)
			c := w.dial()
			c.send(x.request)
			c.wantResponse("one of two backends is silent", x.status)
			wantAsked(o, 1, 1, "the one that is silent")
			wantAsked(other, x.asked, x.asked, "the other")
			c.Close()
			other.end()
		})
	}
}

// TestFetchKeepsWhatIsWarm: where there is room for one connection, that is the one that
// served last.
func TestFetchKeepsWhatIsWarm(t *testing.T) {
	s := warming(0, backendAt)
	s.cfg.Kept = 1
	facing(t, s, []string{fine, fine, fine}, func(o *origin, fd sys.FD) { o.answers(fd) }, func(w *world, o *origin) {
		c := w.dial()
		for _, pause := range []time.Duration{0, 600 * ms, 0} {
			rt.Sleep(pause)
			c.send(posts)
			c.wantResponse("a backend that answers", 200)
		}
		wantAsked(o, 2, 3, "the second is kept in the place of the first")
		c.Close()
	})
}
