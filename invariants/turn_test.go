package invariants_test

// Histories of turns in sessions, of responses that cannot be made whole, and of tunnels
// that are streams.

import (
	"time"

	"golang.org/x/net/http2"

	"brigade/core/rt"
)

// urgent is a request on a stream whose field priority is that.
func (h *history) urgent(stream uint32, priority string) *history {
	return h.hears(block(stream, true, fields(":method", "GET", ":path", "/", "priority", priority))).opening(uint64(stream))
}

func priorityUpdate(stream uint32, priority string) string {
	return framed(func(w *http2.Framer) error { return w.WritePriorityUpdate(stream, priority) })
}

// turns is what is told of a stream: it wants one (1), or no more (2), or has framed bytes
// (3).
func (h *history) turns(number, what, bytes uint64) *history {
	return h.probe(loop, rt.ProbeTurn, streamOne+number/2, what, bytes)
}

func (h *history) wants(numbers ...uint64) *history {
	for _, n := range numbers {
		h.turns(n, 1, 0)
	}
	return h
}

func (h *history) frames(numbers ...uint64) *history {
	for _, n := range numbers {
		h.turns(n, 3, 10)
	}
	return h
}

// two streams with these priorities.
func rivals(one, three string) *history {
	return converses().urgent(1, one).urgent(3, three)
}

// ruined is a stream whose response cannot be made whole.
func (h *history) ruined(number uint64) *history {
	return h.probe(loop, rt.ProbeRuin, streamOne+number/2)
}

// bored is a stream that is a tunnel, to descriptor 9.
func bored() *history {
	return asking().call(loop, rt.OpConnect, -1, 9).probe(loop, rt.ProbeFar, streamOne, 9).says(ok(1, false)).probe(loop, rt.ProbeTunnel, streamOne)
}

// stands is a session whose stream waits in a state.
func (h *history) stands(state uint64) *history {
	return waitsIn(h.probe(loop, rt.ProbeState, streamOne, state, h.in(time.Second)), rt.WaitStreams, time.Second)
}

var plantedTurns = []plant{
	{"turn", "", "the more urgent goes first", rivals("u=5", "u=1").wants(1, 3).frames(3).says(ok(3, false), data(3, 10, false))},
	{"turn", "I12", "the less urgent goes first", rivals("u=5", "u=1").wants(1, 3).frames(1)},
	{"turn", "I12", "what is usual is less urgent than that", rivals("", "u=2").wants(1, 3).frames(1)},
	{"turn", "", "the more urgent has nothing to send", rivals("u=5", "u=1").wants(1).frames(1)},
	{"turn", "", "or no more", rivals("u=5", "u=1").wants(1, 3).frames(3).turns(3, 2, 0).frames(1)},
	{"turn", "", "or no room for it", converses(windowOf(10)).urgent(1, "u=5").urgent(3, "u=1").wants(1, 3).frames(3, 1)},
	{"turn", "I12", "or room again", converses(windowOf(10)).urgent(1, "u=5").urgent(3, "u=1").wants(1, 3).frames(3).hears(update(3, 1)).frames(1)},
	{"turn", "I12", "or more room than there was", converses(windowOf(10)).urgent(1, "u=5").urgent(3, "u=1").wants(1, 3).frames(3).hears(settings(windowOf(11))).frames(1)},
	{"turn", "", "or was reset", rivals("u=5", "u=1").wants(1, 3).hears(rst(3, http2.ErrCodeCancel)).frames(1)},
	{"turn", "", "it is more urgent than it was", rivals("u=5", "u=1").hears(priorityUpdate(1, "u=0")).wants(1, 3).frames(1)},
	{"turn", "I12", "it is less urgent than it was", rivals("u=1", "u=2").hears(priorityUpdate(1, "u=6")).wants(1, 3).frames(1)},
	{"turn", "I12", "what is not said any more is as usual", rivals("u=1", "u=2").hears(priorityUpdate(1, "i")).wants(1, 3).frames(1)},
	{"turn", "", "it goes on", rivals("", "").wants(1, 3).frames(1, 1, 1)},
	{"turn", "", "after who came between", converses().urgent(1, "").urgent(3, "").urgent(5, "u=1").wants(1, 3).frames(1).wants(5).frames(5).turns(5, 2, 0).frames(1)},
	{"turn", "I12", "it comes again before the other", rivals("", "").wants(1, 3).frames(1).turns(1, 2, 0).wants(1).frames(1)},
	{"turn", "", "it comes again behind the other", rivals("", "").wants(1, 3).frames(1).turns(1, 2, 0).wants(1).frames(3, 3).turns(3, 2, 0).frames(1)},
	{"turn", "", "they share", rivals("i", "i").wants(1, 3).frames(1, 3, 1, 3)},
	{"turn", "I12", "they are to share", rivals("i", "i").wants(1, 3).frames(1, 1)},
	{"turn", "I12", "a frame of a stream that had nothing to send", rivals("", "").frames(1)},
	{"turn", "I12", "a frame beyond its window", converses(windowOf(10)).urgent(1, "").wants(1).frames(1, 1)},
	{"turn", "I27", "what was never made is written", rivals("", "").wants(1).says(ok(1, false), data(1, 10, false))},
	{"turn", "I27", "frames change places", rivals("", "").wants(1, 3).frames(1, 3).says(ok(1, false), ok(3, false), data(3, 10, false))},
	{"turn", "I27", "it has something to send, and says so again", rivals("", "").wants(1, 1)},
	{"turn", "I27", "it ends and has something to send", rivals("", "").wants(1).closing(1)},
	{"turn", "I27", "a turn for nobody", rivals("", "").wants(5)},
	{"turn", "", "a session reads and reads", asking().call(loop, rt.OpPollWait, 5, 0).times(64, func(h *history) { h.hears(ping(false, 1)) })},
	{"turn", "I12", "a session reads and reads, and others wait", asking().call(loop, rt.OpPollWait, 5, 0).times(65, func(h *history) { h.hears(ping(false, 1)) })},
	{"turn", "", "others have their turn", asking().times(3, func(h *history) {
		h.call(loop, rt.OpPollWait, 5, 0).times(50, func(h *history) { h.hears(ping(false, 1)) })
	})},

	{"session", "I27", "END_STREAM twice", asking().says(ok(1, false), data(1, 3, true), data(1, 0, true))},
	{"session", "I27", "reset when both have ended", converses().hears(get(1, true)).opening(1).says(ok(1, true), rst(1, http2.ErrCodeNo))},
	{"session", "I27", "reset when the client has ended it before", asking().hears(data(1, 1, true)).rests().says(ok(1, true), rst(1, http2.ErrCodeNo))},
	{"session", "", "the client's end crosses the reset", asking().says(ok(1, true)).hears(data(1, 1, true)).says(rst(1, http2.ErrCodeNo))},
	{"session", "", "what comes behind both ends is refused", converses().hears(get(1, true)).opening(1).says(ok(1, true)).hears(data(1, 1, true)).says(rst(1, http2.ErrCodeStreamClosed))},
	{"session", "I18", "ends as if it were whole", asking().ruined(1).says(ok(1, false), data(1, 3, true))},
	{"session", "I18", "ends so with its head", asking().ruined(1).says(ok(1, true))},
	{"session", "", "is reset, since it is not whole", asking().says(ok(1, false)).ruined(1).says(rst(1, http2.ErrCodeInternal))},
	{"session", "", "another ends", asking().ruined(1).hears(get(3, true)).opening(3).says(ok(3, true))},
	{"session", "I27", "reset for an error that nobody made", asking().says(ok(1, false), rst(1, http2.ErrCodeInternal))},

	{"holding", "", "what is framed piles up, or content of streams does", serving().probe(loop, rt.ProbeStreamOpen, streamOne, 1, 1).times(40, func(h *history) { h.another() })},
	{"holding", "I28", "a stream that has ended has none", serving().probe(loop, rt.ProbeStreamOpen, streamOne, 1, 1).probe(loop, rt.ProbeStreamClose, streamOne, 1).times(40, func(h *history) { h.another() })},

	{"through", "", "there and back", bored().hears(data(1, 3, false)).call(loop, rt.OpWrite, 9, 3).stands(rt.WaitTunnel).call(loop, rt.OpRead, 9, 5).says(data(1, 5, false)).stands(rt.WaitTunnel).call(loop, rt.OpClose, 9, 0).closing(1)},
	{"through", "I19", "a byte lost on the way up", bored().hears(data(1, 3, false)).call(loop, rt.OpWrite, 9, 2).stands(rt.WaitTunnel)},
	{"through", "I19", "a byte lost on the way down", bored().call(loop, rt.OpRead, 9, 5).says(data(1, 4, false)).stands(rt.WaitHalf)},
	{"through", "I19", "a byte too many on the way down", bored().call(loop, rt.OpRead, 9, 5).says(data(1, 6, false)).stands(rt.WaitFlow)},
	{"through", "", "padding goes nowhere", bored().hears(padded(1, 3, 9)).call(loop, rt.OpWrite, 9, 3).stands(rt.WaitTunnel)},
	{"through", "", "some is held", bored().hears(data(1, 3, false)).call(loop, rt.OpWrite, 9, 2).stands(rt.WaitFlow)},
	{"through", "I28", "more than a window is held", bored().times(5, func(h *history) { h.hears(data(1, 16384, false)) }).stands(rt.WaitFlow)},
	{"through", "", "what came before it was one", asking().hears(data(1, 3, false)).call(loop, rt.OpConnect, -1, 9).probe(loop, rt.ProbeFar, streamOne, 9).probe(loop, rt.ProbeTunnel, streamOne, 3).call(loop, rt.OpWrite, 9, 3).stands(rt.WaitTunnel)},
	{"through", "I19", "what never came is held", asking().hears(data(1, 3, false)).call(loop, rt.OpConnect, -1, 9).probe(loop, rt.ProbeFar, streamOne, 9).probe(loop, rt.ProbeTunnel, streamOne, 4)},
	{"through", "I19", "what stood behind the answer is lost", asking().call(loop, rt.OpConnect, -1, 9).probe(loop, rt.ProbeFar, streamOne, 9).probe(loop, rt.ProbeTunnel, streamOne, 0, 2).stands(rt.WaitTunnel)},
	{"through", "", "what comes when its end was passed on is for nobody", bored().call(loop, rt.OpShutdown, 9, 0).hears(data(1, 3, false)).stands(rt.WaitHalf)},
	{"through", "I19", "waits as a request", bored().stands(rt.WaitBody)},
	{"through", "I19", "begins twice", bored().probe(loop, rt.ProbeTunnel, streamOne)},
	{"through", "I19", "has no other end", asking().probe(loop, rt.ProbeTunnel, streamOne)},
	{"through", "I19", "two other ends", bored().call(loop, rt.OpConnect, -1, 10).probe(loop, rt.ProbeFar, streamOne, 10)},
	{"through", "I19", "an end that nobody made", asking().probe(loop, rt.ProbeFar, streamOne, 9)},
	{"through", "I19", "ends on one side", bored().closing(1)},
	{"through", "", "a handler hears and says what it likes", asking().probe(loop, rt.ProbeFar, streamOne, ^uint64(0)).probe(loop, rt.ProbeTunnel, streamOne).hears(data(1, 3, false)).stands(rt.WaitTunnel)},
}
