package invariants_test

// Histories of responses of HTTP/1.1 that cannot be made whole: of request 1 on connection 1.

import (
	"time"

	"brigade/core/rt"
	"brigade/sim"
)

const (
	chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	sizedHead   = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
	openHead    = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
)

// ruined is a request whose response cannot be made whole.
func ruined() *history { return begun().asked().probe(loop, rt.ProbeRuin, 1) }

// gives is a response of so many bytes, given up.
func (h *history) gives(bytes int) *history {
	return h.probe(loop, rt.ProbeResponse, 1, 1, uint64(bytes))
}

// resetting makes the close a reset.
func (h *history) resetting() *history {
	return h.with(sim.Call{Flags: 3}).call(loop, rt.OpSetOption, 7, 0)
}

// saysAll is a response that was written, and was given up.
func (h *history) saysAll(text string) *history { return h.says(text).gives(len(text)) }

var plantedEndings = []plant{
	{"ending", "", "chunks that break off", ruined().saysAll(chunkedHead + "5\r\nhello\r\n").parted()},
	{"ending", "", "chunks that break off where a last one begins", ruined().saysAll(chunkedHead + "5;a=b\r\nhello\r\n0\r\n").parted()},
	{"ending", "", "a chunk that looks like the last", ruined().saysAll(chunkedHead + "7\r\n\r\n0\r\n\r\n").parted()},
	{"ending", "I18", "chunks with a last one", ruined().saysAll(chunkedHead + "5\r\nhello\r\n0\r\n\r\n")},
	{"ending", "I18", "the same, in pieces", ruined().says(chunkedHead[:9]).says(chunkedHead[9:]).says("1").says("0\r\n", "hello").call(loop, rt.OpSendfile, 7, 11).says("\r\n0", "\r\nA: b\r\n\r", "\n").
		gives(len(chunkedHead) + 33)},
	{"ending", "", "content that is short", ruined().saysAll(sizedHead + "hello").parted()},
	{"ending", "", "content that had all been handed over", ruined().saysAll(sizedHead + "helloworld").parted()},
	{"ending", "", "no content where there may be none", ruined().saysAll("HTTP/1.1 204 No Content\r\n\r\n").parted()},
	{"ending", "", "chunks that had ended", begun().asked().says(chunkedHead+"0\r\n\r\n").probe(loop, rt.ProbeRuin, 1).gives(len(chunkedHead) + 5).parted()},
	{"ending", "", "chunks of a response that is whole", begun().asked().saysAll(chunkedHead + "0\r\n\r\n").parted()},
	{"ending", "", "nothing at all", ruined().gives(0).parted()},
	{"ending", "", "an interim response", ruined().saysAll("HTTP/1.1 100 Continue\r\n\r\n").parted()},
	{"ending", "I18", "an interim response, and a whole one", ruined().saysAll("HTTP/1.1 100 Continue\r\n\r\n" + chunkedHead + "0\r\n\r\n")},
	{"ending", "I18", "content up to the close, and a close", ruined().saysAll(openHead + "hello").parted()},
	{"ending", "I18", "content up to the close, and our end of it", ruined().saysAll(openHead+"hello").call(loop, rt.OpShutdown, 7, 0)},
	{"ending", "", "content up to the close, and a reset", ruined().saysAll(openHead + "hello").resetting().parted()},
	{"ending", "", "content up to the close, and a reset that is refused", ruined().saysAll(openHead+"hello").
		with(sim.Call{Flags: 3}).fails(loop, rt.OpSetOption, 7, again).parted()},
	{"ending", "I18", "something behind it", ruined().saysAll(sizedHead + "hello").says("HTTP/1.1 500 Internal Server Error\r\n\r\n")},
	{"ending", "I18", "another request is waited for", waitsIn(ruined().saysAll(sizedHead+"hello"), rt.WaitIdle, time.Second)},
	{"ending", "", "behind a whole one, in one piece", begun().asked().asked2().probe(loop, rt.ProbeRuin, 1).says(sizedHead, "helloworld", sizedHead, "hel").
		gives(len(sizedHead)+10).probe(loop, rt.ProbeResponse, 1, 2, uint64(len(sizedHead)+3)).parted()},
	{"ending", "I18", "of a handler that streams", begun().asked().probe(loop, rt.ProbeStreamOpen, streamOne, 1).probe(processor, rt.ProbeRuin, streamOne).
		saysAll(chunkedHead + "0\r\n\r\n")},
	{"ending", "I18", "of nobody", begun().asked().probe(loop, rt.ProbeRuin, 2)},
	{"ending", "", "of a session", asking().probe(processor, rt.ProbeRuin, streamOne).says(ok(1, false), data(1, 3, true))},
}

// asked2 is a second request.
func (h *history) asked2() *history {
	return h.reads(loop, 7, request, 100).probe(loop, rt.ProbeRequest, 1, 2, uint64(len(request)))
}
