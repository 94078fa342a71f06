package invariants_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/invariants"
	"brigade/sim"
)

// checker makes the checker of that name.
func checker(t testing.TB, name string) (sim.Observer, invariants.Checker) {
	t.Helper()
	for _, c := range invariants.All() {
		if c.Name == name {
			return c.New(server), c
		}
	}
	t.Fatalf("there is no checker %q", name)
	return nil, invariants.Checker{}
}

type plant struct {
	checker, invariant, story string
	history                   *history
}

// planted are histories of which one checker, alone, has to say that an invariant
// does not hold. Empty: it holds.
var planted = []plant{
	{"descriptor", "I15", "closed twice", begun().parted().fails(processor, rt.OpClose, 7, bad)},
	{"descriptor", "I15", "used after its close", begun().parted().fails(processor, rt.OpRead, 7, bad)},
	{"descriptor", "I15", "never made", begun().fails(loop, rt.OpRead, 70, bad)},
	{"descriptor", "I15", "no number at all", begun().fails(loop, rt.OpClose, -1, bad)},
	{"descriptor", "I15", "a late close hits a connection", begun().call(processor, rt.OpClose, 7, 0).call(processor, rt.OpOpen, 4, 7)},
	{"descriptor", "I15", "a late close, and the task ends", begun().call(processor, rt.OpClose, 7, 0)},
	{"descriptor", "I15", "let go of without a close", begun().probe(loop, rt.ProbeConnClose, 1, 7, 0)},
	{"descriptor", "I15", "closed by one task, let go of by another", begun().call(processor, rt.OpClose, 7, 0).probe(loop, rt.ProbeConnClose, 1, 7, 0)},
	{"descriptor", "I15", "begun on what was not accepted", begun().probe(loop, rt.ProbeConnOpen, 2, 6)},
	{"descriptor", "I15", "sendfile from a closed file", begun().fails(processor, rt.OpSendfile, 7, bad)},
	{"descriptor", "I14", "a watch of a closed descriptor", begun().fails(loop, rt.OpPollAdd, 6, bad)},
	{"descriptor", "", "the number comes back", begun().parted().call(loop, rt.OpAccept, 5, 7).probe(loop, rt.ProbeConnOpen, 2, 7)},

	{"leak", "I06", "a connection's", begun()},
	{"leak", "I06", "a file's", new(history).call(processor, rt.OpOpen, 4, 8)},
	{"leak", "", "a number opened and closed twice", new(history).call(processor, rt.OpOpen, 4, 8).call(processor, rt.OpClose, 8, 0).
		call(processor, rt.OpOpen, 4, 8).call(processor, rt.OpClose, 8, 0)},

	{"record", "", "a record and its line", logged(40, false, line("40"))},
	{"record", "", "a line in two pieces, with an interruption", logged(40, false, line("40")[:20]).fails(processor, rt.OpWrite, journal, 4).wrote(line("40")[20:])},
	{"record", "", "quoted", logged(40, false, `127.0.0.1 - - [x] "GET /\x22 HTTP/1.1" 200 40 "-" "\x5c\x0a"`+"\n")},
	{"record", "", "a record that was dropped", logged(^uint64(0), false, "")},
	{"record", "", "what a full disk refused", logged(40, true, line("40")[:20]).wrote("\n")},
	{"record", "", "a line in each of two files", turned(line("40")).probe(loop, rt.ProbeLogged, 1, 2, 5).goesOn(line("5")).call(processor, rt.OpClose, successor, 0)},
	{"record", "I23", "no line in the second file", turned(line("40")).probe(loop, rt.ProbeLogged, 1, 2, 5).call(processor, rt.OpClose, successor, 0)},
	{"record", "I23", "a line in two files", turned(line("40")[:20]).goesOn(line("40")[20:])},
	{"record", "I23", "the rest of a line at the head of the second file", turned(line("40")[:20]).goesOn(line("40")[20:] + line("40"))},
	{"record", "I23", "the same, since the first took no more", lapsed(line("40")[:20]).goesOn(line("40")[20:] + line("40"))},
	{"record", "", "a line begun in the first, which took no more, and whole in the second", lapsed(line("40")[:20]).goesOn(line("40")).call(processor, rt.OpClose, successor, 0)},
	{"record", "I23", "taken when the second file was closed", turned(line("40")).call(processor, rt.OpClose, successor, 0).probe(loop, rt.ProbeLogged, 1, 2, 5)},
	{"record", "I23", "no line", logged(40, false, "").call(processor, rt.OpClose, journal, 0)},
	{"record", "I23", "no line, and no close", logged(40, false, "")},
	{"record", "I23", "half a line", logged(40, false, line("40")[:20]).call(processor, rt.OpClose, journal, 0)},
	{"record", "I22", "a line for nothing", logged(40, true, line("40")+line("9")).call(processor, rt.OpClose, journal, 0)},
	{"record", "I22", "a line of other bytes", logged(40, true, line("41")).call(processor, rt.OpClose, journal, 0)},
	{"record", "I23", "a peer's quote ends a string", logged(40, false, `127.0.0.1 - - [x] "GET / HTTP/1.1" 200 40 "-" "a"b"`+"\n")},
	{"record", "I23", "a peer's backslash", logged(40, false, `127.0.0.1 - - [x] "GET / HTTP/1.1" 200 40 "-" "a\b"`+"\n")},
	{"record", "I23", "what does not print", logged(40, false, "127.0.0.1 - - [x] \"GET / HTTP/1.1\" 200 40 \"-\" \"a\x7f\"\n")},
	{"record", "I23", "glued to the piece before it", logged(40, true, line("40")[:20]+line("40")+line("9")[3:])},
	{"record", "I23", "taken when the file was closed", logged(40, false, line("40")).call(processor, rt.OpClose, journal, 0).probe(loop, rt.ProbeLogged, 1, 2, 5)},

	{"backlog", "", "watched all the time", listens().after(time.Minute).call(loop, rt.OpAccept, 5, 7)},
	{"backlog", "", "a pause, and watched again", serves().leaves().after(2*time.Second).attends().after(time.Minute).call(loop, rt.OpRead, 7, 1)},
	{"backlog", "", "tried again and again", serves().leaves().after(2*time.Second).fails(loop, rt.OpAccept, 5, 24).after(2*time.Second).fails(loop, rt.OpAccept, 5, 24)},
	{"backlog", "", "two watch, and one leaves", listens().attends().leaves().after(time.Minute).call(loop, rt.OpRead, 7, 1)},
	{"backlog", "", "it drains", listens().leaves().probe(root, rt.ProbeDrain, 1).after(time.Minute).call(loop, rt.OpRead, 7, 1)},
	{"backlog", "", "closed", listens().leaves().call(loop, rt.OpClose, 5, 0).after(time.Minute).call(loop, rt.OpRead, 7, 1)},
	{"backlog", "I12", "a pause for ever", serves().leaves().after(4*time.Second).call(loop, rt.OpRead, 7, 1)},
	{"backlog", "I12", "never watched", new(history).call(root, rt.OpListen, -1, 5).after(4*time.Second).call(loop, rt.OpPollWait, 6, 0)},
	{"backlog", "I12", "refused, and not tried again", serves().leaves().after(time.Second).fails(loop, rt.OpAccept, 5, 24).after(4*time.Second).call(loop, rt.OpRead, 7, 1)},
	{"backlog", "I12", "the last has gone, and nobody watches", serves().leaves().call(loop, rt.OpClose, 7, 0).after(time.Millisecond)},
	{"backlog", "", "the last has gone, and somebody does", serves().leaves().call(loop, rt.OpClose, 7, 0).attends().after(time.Millisecond)},
	{"backlog", "", "the last has gone, and the kernel has refused one", serves().fails(loop, rt.OpAccept, 5, 24).leaves().call(loop, rt.OpClose, 7, 0).after(time.Millisecond)},
	{"backlog", "", "the last has gone, but for a stream whose handler runs", serves().leaves().probe(loop, rt.ProbeStreamOpen, 5, 1, 1).call(loop, rt.OpClose, 7, 0).after(time.Millisecond)},

	{"count", "I02", "told of after its end", begun().parted().probe(writer, rt.ProbeOwner, 1, 2)},
	{"count", "I24", "told of before its begin", begun().probe(writer, rt.ProbeOwner, 2, 2)},
	{"count", "I24", "begun twice", begun().probe(loop, rt.ProbeConnOpen, 1, 7)},
	{"count", "I24", "ended on another descriptor", begun().call(loop, rt.OpClose, 7, 0).probe(loop, rt.ProbeConnClose, 1, 8, 0)},
	{"count", "I24", "accepted, and nobody tells", begun().call(loop, rt.OpAccept, 5, 8)},
	{"count", "I24", "closed, and counted on", begun().call(loop, rt.OpClose, 7, 0)},

	{"owner", "I01", "touched by another task", begun().call(processor, rt.OpRead, 7, 1)},
	{"owner", "I01", "handed on by another task", begun().asked().probe(processor, rt.ProbeOwner, 1, 4)},
	{"owner", "I32", "touched after the handoff", begun().asked().probe(loop, rt.ProbeOwner, 1, 3).call(loop, rt.OpShutdown, 7, 0)},
	{"owner", "I32", "closed after the handoff", begun().asked().probe(loop, rt.ProbeOwner, 1, 3).parted()},
	{"owner", "I01", "two takers", begun().asked().passed().call(processor, rt.OpSendfile, 7, 1).call(writer, rt.OpSendfile, 7, 1)},
	{"owner", "I01", "touched by who has not taken it", begun().asked().probe(loop, rt.ProbeOwner, 1, 3).call(processor, rt.OpSendfile, 7, 1)},
	{"owner", "I01", "taken twice", begun().asked().passed().probe(writer, rt.ProbeTaken, 1, 3, 3)},
	{"owner", "I01", "taken by another than it was for", begun().asked().probe(loop, rt.ProbeOwner, 1, 4, 1).probe(writer, rt.ProbeLoop, 1).probe(writer, rt.ProbeTaken, 1, 4, 2)},
	{"owner", "I01", "taken for another step", begun().asked().probe(loop, rt.ProbeOwner, 1, 3).probe(processor, rt.ProbeTaken, 1, 4, 2)},
	{"owner", "I01", "taken under another's number", begun().asked().processed().back().probe(loop, rt.ProbeOwner, 1, 3).probe(processor, rt.ProbeTaken, 1, 3, 1)},
	{"owner", "I01", "a loop takes what may block", begun().asked().probe(loop, rt.ProbeOwner, 1, 5).probe(writer, rt.ProbeLoop, 1).probe(writer, rt.ProbeTaken, 1, 5, 2)},
	{"owner", "I01", "a step that there is not", begun().asked().probe(loop, rt.ProbeOwner, 1, rt.Steps)},
	{"owner", "I01", "adopted late", begun().asked().probe(loop, rt.ProbeOwner, 1, 1)},
	{"owner", "", "there and back", begun().asked().processed().back().answered()},
	{"owner", "", "another connection's descriptor", begun().asked().call(processor, rt.OpWrite, 9, 8)},

	{"waiting", "I13", "neither runs nor waits", begun().fails(loop, rt.OpRead, 7, again).call(loop, rt.OpPollWait, 6, 1)},
	{"waiting", "I13", "lost in a handoff to a loop", begun().asked().processed().after(time.Millisecond)},
	{"waiting", "I16", "lost in a handoff to a processor", begun().asked().probe(loop, rt.ProbeOwner, 1, 3).after(16 * time.Second)},
	{"waiting", "I16", "beyond its deadline", waits(1, 2*time.Second).after(2*time.Second + 60*time.Millisecond)},
	{"waiting", "", "up to its deadline", waits(1, 2*time.Second).after(2 * time.Second)},
	{"waiting", "I16", "without a deadline", waits(1, 0)},
	{"waiting", "I16", "until what is past", waitsIn(begun().asked().after(5*time.Second), 5, -3*time.Second)},
	{"waiting", "", "for a head whose time ran out before anybody looked", waitsIn(begun().reads(loop, 7, "GE", 100).after(5*time.Second), 2, -3*time.Second)},
	{"waiting", "I16", "for ever", waits(1, 1<<60)},
	{"waiting", "I17", "in no state", waits(rt.Waits, time.Second)},
	{"waiting", "I17", "for a head of which there is nothing", waits(2, time.Second)},
	{"waiting", "I17", "between requests before the first", waits(3, time.Second)},
	{"waiting", "I17", "for the peer to take nothing", waits(5, time.Second)},
	{"waiting", "I17", "for a filter of no response", waits(rt.WaitPace, time.Second)},
	{"waiting", "I17", "for the peer's close while ours is open", waits(6, time.Second)},
	{"waiting", "I17", "between requests with a response owed", waitsIn(begun().asked(), 3, time.Second)},
	{"waiting", "I17", "for the first request after one", waitsIn(begun().asked(), 1, time.Second)},
	{"waiting", "I17", "for content after our shutdown", waitsIn(begun().asked().call(loop, rt.OpShutdown, 7, 0), 4, time.Second)},
	{"waiting", "I17", "another timeout for the same state", waitsIn(waitsIn(begun().asked(), 5, time.Second).after(time.Millisecond).reached(), 5, 2*time.Second)},
	{"waiting", "I17", "a time of its own for the rest of a head", waitsIn(waits(1, time.Second).after(time.Millisecond).reached().reads(loop, 7, "GE", 100), 2, time.Second)},
	{"waiting", "", "what is left of the time for the rest of a head", waitsIn(waits(1, time.Second).after(time.Millisecond).reached().reads(loop, 7, "GE", 100), 2, 999*time.Millisecond)},
	{"waiting", "I17", "a deadline put off", waitsIn(waits(1, time.Second).after(time.Millisecond).reached(), 1, 1001*time.Millisecond)},
	{"waiting", "", "a wait goes on", waitsIn(waits(1, time.Second).after(time.Millisecond).reached(), 1, 999*time.Millisecond)},

	{"waiting", "I16", "goes on for no reason", waits(1, time.Second).after(time.Millisecond).reads(loop, 7, request, 100)},
	{"waiting", "I16", "a timer before its time", waits(1, time.Second).after(999*time.Millisecond).probe(loop, rt.ProbeRequest, 1, 1)},

	{"watch", "I14", "a token used again", begun().watches(7, bitIn, 9).parted().call(loop, rt.OpAccept, 5, 7).probe(loop, rt.ProbeConnOpen, 2, 7).watches(7, bitIn, 9)},
	{"watch", "I14", "an event for the one before", stale()},
	{"watch", "I14", "an event that nobody said", begun().watches(7, bitIn, 9).polls(bitIn, 9).probe(loop, rt.ProbeEvent, 1, 9, bitOut)},
	{"watch", "", "an event", begun().watches(7, bitIn, 9).polls(bitIn, 9).probe(loop, rt.ProbeEvent, 1, 9, bitIn)},
	{"watch", "I13", "not watched at all", waits(1, time.Second).polls()},
	{"watch", "I13", "watched for the other direction", waitsIn(begun().fails(loop, rt.OpRead, 7, again).watches(7, bitOut, 9), 1, time.Second).polls()},
	{"watch", "I26", "output left, and not watched for room", waitsIn(begun().asked().fails(loop, rt.OpWrite, 7, again).watches(7, bitIn, 9), 5, time.Second).polls()},
	{"watch", "I33", "a full read, and nothing said since", waitsIn(begun().watches(7, bitIn, 9).reads(loop, 7, request, len(request)), 1, time.Second).polls()},
	{"watch", "I33", "an event ignored", waitsIn(begun().watches(7, bitIn, 9).fails(loop, rt.OpRead, 7, again), 1, time.Second).polls(bitIn, 9).polls()},
	{"watch", "I33", "a short read after the peer's end", waitsIn(begun().watches(7, bitIn, 9).polls(bitIn|0x2000, 9).reads(loop, 7, "GET", 100), 2, time.Second).polls()},
	{"watch", "", "a short read", waitsIn(begun().watches(7, bitIn, 9).reads(loop, 7, "GET", 100), 2, time.Second).polls()},
	{"watch", "I11", "asked again and again", begun().watches(7, bitIn, 9).vainly(rt.OpRead, 6, false)},
	{"watch", "", "asked again when told", begun().watches(7, bitIn, 9).vainly(rt.OpRead, 6, true)},
	{"watch", "", "asked again now and then", begun().watches(7, bitIn, 9).vainly(rt.OpRead, 5, false)},
	{"watch", "I11", "written to again and again", begun().watches(7, bitIn|bitOut, 9).vainly(rt.OpWrite, 6, false)},
	{"watch", "", "written to again when told", begun().watches(7, bitIn|bitOut, 9).vainly(rt.OpWrite, 6, true)},
	{"watch", "", "written to again now and then", begun().watches(7, bitIn|bitOut, 9).vainly(rt.OpWrite, 5, false)},
	{"watch", "I07", "bytes left in the kernel", waitsIn(begun().watches(7, bitIn, 9).fails(loop, rt.OpRead, 7, again), 1, time.Second).polls().arrives(30).after(16 * time.Second)},

	{"order", "I12", "the queue gives the later first", crossed(0, processor).probe(processor, rt.ProbeTaken, 1, 3, 2)},
	{"order", "I12", "a loop takes the later first", crossed(1, loop)},
	{"order", "", "in order", two().probe(loop, rt.ProbeOwner, 1, 3).probe(loop, rt.ProbeOwner, 2, 3).probe(processor, rt.ProbeTaken, 1, 3, 2).probe(processor, rt.ProbeTaken, 2, 3, 2)},
	{"order", "", "two takers may tell in any order", crossed(0, processor).probe(writer, rt.ProbeTaken, 1, 3, 3)},

	{"input", "I19", "content taken for a head", begun().posted().probe(loop, rt.ProbeRequest, 1, 1, 63).probe(loop, rt.ProbeRequest, 1, 2, 27)},
	{"input", "I19", "a head cut short", begun().posted().probe(loop, rt.ProbeRequest, 1, 1, 62)},
	{"input", "I19", "a request after one that was refused", begun().posted().probe(loop, rt.ProbeRequest, 1, 1, 0).probe(loop, rt.ProbeRequest, 1, 2, 27)},
	{"input", "I19", "content forgotten", waitsIn(begun().reads(loop, 7, post[:65], 200).probe(loop, rt.ProbeRequest, 1, 1, 63), 3, time.Second)},
	{"input", "I07", "a request forgotten", waitsIn(begun().reads(loop, 7, request+request, 100).probe(loop, rt.ProbeRequest, 1, 1, 27), 3, time.Second)},
	{"input", "I07", "a part of a head forgotten", waitsIn(begun().reads(loop, 7, request+"G", 100).probe(loop, rt.ProbeRequest, 1, 1, 27), 3, time.Second)},
	{"input", "I24", "heard twice", begun().asked().probe(root, rt.ProbeTotal, rt.TotalHeard, 2*uint64(len(request)))},
	{"input", "", "heard once", begun().asked().probe(root, rt.ProbeTotal, rt.TotalHeard, uint64(len(request)))},
	{"input", "", "content between requests", begun().posted().probe(loop, rt.ProbeRequest, 1, 1, 63).reads(loop, 7, request, 100).probe(loop, rt.ProbeRequest, 1, 2, 27)},
	{"input", "", "chunks between requests", begun().reads(loop, 7, chunked, 200).probe(loop, rt.ProbeRequest, 1, 1, 56).probe(loop, rt.ProbeRequest, 1, 2, 27)},

	{"fresh", "I21", "something left", begun().made().probe(loop, rt.ProbeReset, 1, 0, 78)},
	{"fresh", "I21", "two new ones differ", begun().made().probe(loop, rt.ProbeReset, 1, 1, 78)},
	{"fresh", "I21", "none was made", begun().putBack()},
	{"fresh", "I21", "no such class", begun().probe(loop, rt.ProbeReset, 9, 1, 77)},
	{"fresh", "I21", "never told of", begun().probe(loop, rt.ProbeMemory, 1<<20, 1).probe(loop, rt.ProbePoolOpen, 1<<52, 0, 1)},
	{"fresh", "I21", "not put back before the next", waitsIn(begun().made().asked().answered(), 3, time.Second)},
	{"fresh", "I21", "not put back at the end", begun().made().asked().answered().parted()},

	{"pages", "I28", "more with each request", begun().times(20, func(h *history) { h.page(loop, 32).after(1) })},
	{"pages", "", "for a connection", begun().page(loop, 16).page(loop, 16).after(1)},

	{"lock", "I09", "waits for time with a lock held", new(history).locks(loop, 1).does(loop, rt.OpSleep)},
	{"lock", "I09", "waits in its poller with a lock held", begun().locks(loop, 1).polls()},
	{"lock", "I09", "parks with another lock held", new(history).locks(loop, 1, 2).does(loop, rt.OpWait)},
	{"lock", "I09", "held when nothing can run", new(history).locks(loop, 1)},
	{"lock", "I09", "in both orders", new(history).locks(loop, 1, 2).unlocks(loop, 2, 1).locks(loop, 2, 1)},
	{"lock", "I09", "in a circle", new(history).locks(loop, 1, 2).unlocks(loop, 2, 1).locks(processor, 2, 3).unlocks(processor, 3, 2).locks(loop, 3, 1)},
	{"lock", "", "in one order", new(history).locks(loop, 1, 2).unlocks(loop, 2, 1).locks(processor, 1, 2).unlocks(processor, 1, 2)},

	{"total", "I24", "connections", begun().asked().answered().parted().counted(2, 1, 120, 0)},
	{"total", "I24", "requests", begun().asked().answered().parted().counted(1, 2, 120, 0)},
	{"total", "I22", "bytes", begun().asked().answered().parted().counted(1, 1, 121, 0)},
	{"total", "I24", "handoffs", begun().asked().answered().parted().counted(1, 1, 120, 1)},
	{"total", "I24", "open at the end", begun().parted().probe(root, rt.ProbeTotal, rt.TotalOpen, 1)},
	{"total", "I24", "under way at the end", begun().parted().probe(root, rt.ProbeTotal, rt.TotalUnderWay, 1)},
	{"total", "I24", "not told", begun().parted()},
	{"total", "I31", "a connection after the end", begun().asked().counted(1, 1, 0, 0).answered()},
	{"total", "", "as it was", begun().asked().answered().parted().counted(1, 1, 120, 0)},

	{"stats", "I24", "more than there were", shows().asked().looks(1).tells(1, 1, 2, 0, 0)},
	{"stats", "I24", "bytes that have not left", shows().asked().looks(1).tells(1, 1, 1, 120, 0)},
	{"stats", "I24", "less than a snapshot before it told", shows().asked().looks(1).tells(1, 1, 1, 0, 0).looks(2).tells(2, 1, 0, 0, 0)},
	{"stats", "I24", "less than what a loop that sleeps has counted", shows().asked().answered().sleeps().looks(1).tells(1, 1, 1, 120, 0)},
	{"stats", "I24", "less at the end", shows().asked().answered().tells(^uint64(0), 1, 1, 120, 0)},
	{"stats", "I24", "told by a snapshot that has not begun", shows().asked().looks(1).tells(2, 1, 1, 0, 0)},
	{"stats", "I24", "told twice", shows().looks(1).tells(1, 0, 0, 0, 0).tells(1, 0, 0, 0, 0)},
	{"stats", "I24", "half a snapshot", shows().looks(1).probe(processor, rt.ProbeStats, rt.TotalRequests, 0, 1).probe(root, rt.ProbeTotal, 1, 1)},
	{"stats", "I24", "no last", shows().probe(root, rt.ProbeTotal, 1, 1)},
	{"stats", "I24", "a total twice in one", shows().looks(1).probe(processor, rt.ProbeStats, rt.TotalRequests, 0, 1).probe(processor, rt.ProbeStats, rt.TotalRequests, 0, 1)},
	{"stats", "I24", "not announced", begun().looks(1).tells(1, 1, 0, 0, 0)},
	{"stats", "I24", "no total", shows().looks(1).probe(processor, rt.ProbeStats, rt.Totals, 0, 1)},
	{"stats", "", "what a loop that runs has counted may be told later", shows().asked().answered().looks(1).tells(1, 0, 0, 0, 0).sleeps().looks(2).tells(2, 1, 1, 120, 1)},
	{"stats", "", "two at once", shows().sleeps().asked().looks(1).looks(2).tells(2, 1, 1, 0, 0).tells(1, 1, 0, 0, 0).tells(^uint64(0), 1, 1, 0, 0)},
	{"stats", "", "a server that tells nothing", begun().asked().answered()},

	{"count", "I24", "more than the limit", begun().probe(root, rt.ProbeLimit, 1, 1).call(loop, rt.OpAccept, 5, 8).probe(loop, rt.ProbeConnOpen, 2, 8)},
	{"leak", "I06", "in a loop", new(history).probe(loop, rt.ProbeLoop, 1).probe(loop, rt.ProbeLoop, 0, 1)},
	{"leak", "I06", "a timer in a loop", new(history).probe(loop, rt.ProbeLoop, 1).probe(loop, rt.ProbeLoop, 0, 0, 1)},
	{"spin", "I10", "never looks at its poller", begun().times(10_001, func(h *history) { h.reads(loop, 7, "x", 1) })},

	{"account", "I22", "more in responses than the kernel took", begun().asked().call(loop, rt.OpWrite, 7, 100).probe(loop, rt.ProbeResponse, 1, 1, 120)},
	{"account", "I22", "less in responses than the kernel took", begun().asked().call(loop, rt.OpWrite, 7, 1).answered().parted()},
	{"account", "I22", "the connection counts otherwise", begun().asked().answered().probe(loop, rt.ProbeConnClose, 1, 7, 119)},
	{"account", "I22", "logged otherwise", begun().asked().call(loop, rt.OpWrite, 7, 120).probe(loop, rt.ProbeResponse, 1, 1, 120).probe(loop, rt.ProbeLogged, 1, 1, 119)},
	{"account", "", "a record dropped", begun().asked().call(loop, rt.OpWrite, 7, 120).probe(loop, rt.ProbeResponse, 1, 1, 120).probe(loop, rt.ProbeLogged, 1, 1, ^uint64(0)).parted()},
	{"account", "I23", "a request skipped", begun().probe(loop, rt.ProbeRequest, 1, 2)},
	{"account", "I23", "a response too many", begun().asked().answered().probe(loop, rt.ProbeResponse, 1, 2, 0)},
	{"account", "I23", "a response out of order", begun().asked().probe(loop, rt.ProbeResponse, 1, 2, 0)},
	{"account", "I23", "no response", begun().asked().call(loop, rt.OpClose, 7, 0).probe(loop, rt.ProbeConnClose, 1, 7, 0)},
	{"account", "I23", "two records", begun().asked().answered().probe(loop, rt.ProbeLogged, 1, 1, 120)},
	{"account", "I23", "the second not logged", begun().asked().answered().probe(loop, rt.ProbeRequest, 1, 2).probe(loop, rt.ProbeResponse, 1, 2, 0).parted()},
	{"account", "I23", "none logged, but a log written", begun().asked().call(loop, rt.OpWrite, 7, 120).probe(loop, rt.ProbeResponse, 1, 1, 120).parted().
		call(root, rt.OpOpen, -1, 4).call(writer, rt.OpWrite, 4, 80)},
	{"account", "", "no log", begun().asked().call(loop, rt.OpWrite, 7, 120).probe(loop, rt.ProbeResponse, 1, 1, 120).parted()},

	{"input", "I19", "a request out of nothing", begun().probe(loop, rt.ProbeRequest, 1, 1)},
	{"input", "I19", "heads longer than what was read", begun().call(loop, rt.OpRead, 7, 20).probe(loop, rt.ProbeRequest, 1, 1, 21)},
	{"input", "", "a head of what was read", begun().call(loop, rt.OpRead, 7, 20).probe(loop, rt.ProbeRequest, 1, 1, 20)},

	{"block", "I10", "opens a file", begun().call(loop, rt.OpOpen, 4, 8)},
	{"block", "I10", "looks at a file", begun().call(loop, rt.OpFstat, 8, 0)},
	{"block", "I10", "reads a file", begun().call(loop, rt.OpPread, 8, 0)},
	{"block", "I10", "sends a file", begun().call(loop, rt.OpSendfile, 7, 100)},
	{"block", "I10", "sleeps", begun().does(loop, rt.OpSleep)},
	{"block", "I10", "waits for tasks", begun().does(loop, rt.OpJoin)},
	{"block", "I10", "waits for a condition", begun().does(loop, rt.OpWait)},
	{"block", "I10", "writes the log", begun().call(root, rt.OpOpen, -1, 4).call(loop, rt.OpWrite, 4, 80)},
	{"block", "I10", "waits in another poller", begun().call(loop, rt.OpPollWait, 6, 0).call(loop, rt.OpPoll, -1, 1)},
	{"block", "I10", "sleeps, in filter slow, which did not say that it may block", begun().probe(loop, rt.ProbeFilter, 1, rt.Letters("slow", 0)).does(loop, rt.OpSleep)},
	{"block", "I10", "is back from no filter", begun().probe(loop, rt.ProbeFilter, 0)},
	{"block", "I10", "calls a filter in another", begun().probe(loop, rt.ProbeFilter, 1, rt.Letters("slow", 0)).probe(loop, rt.ProbeFilter, 1, rt.Letters("gzip", 0))},
	{"block", "I10", "never comes back from a filter", begun().probe(loop, rt.ProbeLoop, 0).probe(loop, rt.ProbeFilter, 1, rt.Letters("slow", 0))},
	{"block", "I10", "polls undeclared", begun().call(writer, rt.OpPollWait, 6, 0)},
	{"block", "I10", "polls many undeclared", begun().with(sim.Call{Words: make([]uint64, 2)}).call(writer, rt.OpPoll, -1, 0)},
	{"block", "", "waits for one", begun().with(sim.Call{Words: make([]uint64, 1)}).call(writer, rt.OpPoll, -1, 0).probe(loop, rt.ProbeLoop, 0)},
	{"block", "I10", "enters twice", begun().probe(loop, rt.ProbeLoop, 1)},
	{"block", "I10", "leaves without entering", begun().probe(writer, rt.ProbeLoop, 0)},
	{"block", "I10", "never leaves", begun()},
	{"block", "", "a processor may do all that", begun().asked().processed().does(processor, rt.OpWait).probe(loop, rt.ProbeLoop, 0)},

	{"spin", "I11", "polls for nothing", begun().times(1002, func(h *history) { h.call(loop, rt.OpPollWait, 6, 1) })},
	{"spin", "I11", "repeats what fails", begun().times(501, func(h *history) {
		h.call(loop, rt.OpPollWait, 6, 1).fails(loop, rt.OpRead, 7, again)
	})},
	{"spin", "", "polls as time passes", begun().times(1002, func(h *history) { h.call(loop, rt.OpPollWait, 6, 0).after(time.Millisecond) })},
	{"spin", "", "reads what there is", begun().times(1002, func(h *history) { h.call(loop, rt.OpPollWait, 6, 1).call(loop, rt.OpRead, 7, 1) })},

	{"drain", "I31", "hears on", begun().drains().after(time.Millisecond)},
	{"drain", "I31", "accepts later", begun().drains().deaf().after(time.Millisecond).call(loop, rt.OpAccept, 5, 8)},
	{"drain", "I31", "keeps a connection", begun().drains().deaf().after(2 * time.Second).after(time.Second)},
	{"drain", "I31", "keeps a loop", begun().parted().drains().deaf().after(3 * time.Second)},
	{"drain", "I31", "keeps a loop for which nothing is left", begun().parted().drains().deaf().after(time.Millisecond)},
	{"drain", "", "keeps a loop for a connection", begun().drains().deaf().after(time.Millisecond)},
	{"drain", "I31", "begins a request behind the deadline", begun().drains().deaf().after(3 * time.Second).asked()},
	{"drain", "I31", "stops hearing by itself", begun().call(loop, rt.OpClose, 5, 0)},
	{"drain", "I31", "a deadline in the past", begun().after(time.Second).probe(root, rt.ProbeDrain, 1)},
	{"drain", "I31", "forgets who has connected", begun().drains().call(loop, rt.OpClose, 5, 0)},
	{"drain", "I31", "looks once, and there is another", begun().drains().call(loop, rt.OpAccept, 5, 8).call(loop, rt.OpClose, 5, 0)},
	{"drain", "I31", "looked before the decision", begun().fails(loop, rt.OpAccept, 5, again).drains().call(loop, rt.OpClose, 5, 0)},
	{"drain", "I31", "gives up at one who has gone", begun().drains().fails(loop, rt.OpAccept, 5, gone).call(loop, rt.OpClose, 5, 0)},
	{"drain", "I31", "one has made room", begun().probe(root, rt.ProbeLimit, 1, 1).parted().after(time.Millisecond).drains().call(loop, rt.OpClose, 5, 0)},
	{"drain", "", "one has made none, of which a stream is away", begun().probe(root, rt.ProbeLimit, 1, 1).probe(loop, rt.ProbeStreamOpen, 5, 1, 1).parted().after(time.Millisecond).drains().call(loop, rt.OpClose, 5, 0)},
	{"drain", "", "has no room for them", begun().probe(root, rt.ProbeLimit, 1, 1).drains().call(loop, rt.OpClose, 5, 0)},
	{"waiting", "I31", "waits for a request that nobody will hear", idle().drains().after(time.Second)},
	{"waiting", "I31", "begins to when that was decided", waitsIn(begun().asked().answered().drains(), rt.WaitIdle, 5*time.Second).after(time.Second)},
	{"waiting", "I17", "has no patience with who takes a little at a time", begun().asked().writes(3*time.Second).reached().after(time.Second).call(loop, rt.OpWrite, 7, 10).writes(2 * time.Second)},
	{"waiting", "", "who takes nothing is waited for once", begun().asked().writes(3*time.Second).reached().after(time.Second).fails(loop, rt.OpWrite, 7, again).writes(2 * time.Second)},
	{"waiting", "I17", "has no patience with who sends a little at a time", waitsIn(waitsIn(begun().asked(), rt.WaitBody, 3*time.Second).reached().after(time.Second).reads(loop, 7, "x", 9), rt.WaitBody, 2*time.Second)},
	{"waiting", "", "who sends a little at a time is waited for each time", waitsIn(waitsIn(begun().asked(), rt.WaitBody, 3*time.Second).reached().after(time.Second).reads(loop, 7, "x", 9), rt.WaitBody, 3*time.Second)},
	{"waiting", "", "what nobody wants has one time for all", waitsIn(waitsIn(begun().asked().answered(), rt.WaitBody, 3*time.Second).reached().after(time.Second).reads(loop, 7, "x", 9), rt.WaitBody, 2*time.Second)},
	{"waiting", "I17", "has no patience with a backend that says a little at a time", waitsIn(waitsIn(begun().asked().fetches(1), rt.WaitMore, 3*time.Second).reached().after(time.Second).call(loop, rt.OpRead, 9, 1), rt.WaitMore, 2*time.Second)},
	{"waiting", "I17", "has no patience with a backend that takes a little at a time", waitsIn(waitsIn(begun().asked().fetches(1), rt.WaitAsk, 3*time.Second).reached().after(time.Second).call(loop, rt.OpWrite, 9, 1), rt.WaitAsk, 2*time.Second)},
	{"look", "I20", "closed when its time is over", idle().after(5 * time.Second).parted()},
	{"look", "I20", "shut when its time is over", idle().after(5*time.Second).call(loop, rt.OpShutdown, 7, 0)},
	{"look", "I20", "closed before its first request", waits(rt.WaitFirst, time.Second).after(time.Second).parted()},
	{"look", "I31", "closed by a drain", idle().drains().after(time.Millisecond).parted()},
	{"look", "", "closed by a drain that gives up", idle().drains().after(time.Second).parted()},
	{"look", "", "looked at", idle().after(5*time.Second).fails(loop, rt.OpRead, 7, again).parted()},
	{"look", "", "in the middle of a head", waits(rt.WaitHeader, time.Second).after(time.Second).parted()},

	{"tunnel", "I19", "a byte lost on the way up", tunnelled().reads(loop, 7, "abc", 9).call(loop, rt.OpWrite, 9, 2).idles()},
	{"tunnel", "I19", "a byte too many on the way down", tunnelled().call(loop, rt.OpRead, 9, 3).call(loop, rt.OpWrite, 7, 4).idles()},
	{"tunnel", "I19", "what was held at its begin is lost", begun().asked().reaches().probe(loop, rt.ProbeTunnel, 1, 2, 0).idles()},
	{"tunnel", "I19", "waits for an end to take nothing", waitsIn(tunnelled(), rt.WaitFlow, time.Second)},
	{"tunnel", "I28", "holds more than a connection may", waitsIn(tunnelled().probe(root, rt.ProbeLimit, rt.LimitPages, 100).reads(loop, 7, post, 200).reads(loop, 7, post, 200), rt.WaitFlow, time.Second)},
	{"tunnel", "I19", "waits before it is one", waitsIn(begun().asked().reaches(), rt.WaitTunnel, time.Second)},
	{"tunnel", "I19", "dials with no other end", waitsIn(begun().asked(), rt.WaitDial, time.Second)},
	{"tunnel", "I19", "dials when it is one", waitsIn(tunnelled(), rt.WaitDial, time.Second)},
	{"tunnel", "I19", "waits between requests", waitsIn(tunnelled(), rt.WaitIdle, time.Second)},
	{"tunnel", "I19", "an end that nobody made", begun().asked().probe(loop, rt.ProbeFar, 1, 9)},
	{"tunnel", "I19", "two other ends", tunnelled().call(loop, rt.OpConnect, -1, 10).probe(loop, rt.ProbeFar, 1, 10)},
	{"tunnel", "I19", "begins twice", tunnelled().probe(loop, rt.ProbeTunnel, 1)},
	{"tunnel", "I19", "ends on one side", tunnelled().parted()},
	{"tunnel", "", "there and back", tunnelled().reads(loop, 7, "abc", 9).call(loop, rt.OpWrite, 9, 3).idles().call(loop, rt.OpRead, 9, 5).call(loop, rt.OpWrite, 7, 5).idles().call(loop, rt.OpClose, 9, 0).parted()},
	{"tunnel", "", "some is held", waitsIn(tunnelled().reads(loop, 7, "abc", 9).call(loop, rt.OpWrite, 9, 2), rt.WaitFlow, time.Second)},
	{"tunnel", "", "a handler hears and says what it likes", begun().asked().probe(loop, rt.ProbeFar, 1, ^uint64(0)).probe(loop, rt.ProbeTunnel, 1).reads(loop, 7, "abc", 9).idles()},
	{"fresh", "I21", "a tunnel keeps its http_conn", begun().made().asked().reaches().probe(loop, rt.ProbeTunnel, 1)},

	{"buffers", "I35", "one who comes later goes before", counter(1).unit(rt.BufferOut, 0, 1).unit(rt.BufferJoins, 7, 1).unit(rt.BufferBack, 0, 1).unit(rt.BufferOut, 0, 1)},
	{"buffers", "I35", "the second in line is served", counter(1).unit(rt.BufferOut, 0, 1).unit(rt.BufferJoins, 7, 1).unit(rt.BufferJoins, 8, 1).unit(rt.BufferBack, 0, 1).unit(rt.BufferGranted, 8, 1)},
	{"buffers", "I35", "twice in line", counter(0).unit(rt.BufferJoins, 7, 1).unit(rt.BufferJoins, 7, 1)},
	{"buffers", "I35", "takes what is not reserved", counter(1).unit(rt.BufferTaken, 7, 1)},
	{"buffers", "I35", "a connection that is gone stands in line", begun().counts(0).unit(rt.BufferJoins, 1, 1).parted()},
	{"buffers", "I35", "a connection that went elsewhere does", begun().counts(0).unit(rt.BufferJoins, 1, 1).probe(loop, rt.ProbeOwner, 1, rt.StepRead, 2)},
	{"buffers", "I35", "one comes back, and who waits sleeps", counter(1).unit(rt.BufferOut, 0, 1).unit(rt.BufferJoins, 7, 1).unit(rt.BufferBack, 0, 1).after(time.Millisecond)},
	{"buffers", "I35", "who has a reservation sleeps", counter(1).unit(rt.BufferJoins, 7, 1).unit(rt.BufferGranted, 7, 1).after(time.Millisecond)},
	{"buffers", "I12", "the side that fills is passed by for ever", counter(1).unit(rt.BufferJoins, 7, 1).times(9, func(h *history) {
		h.unit(rt.BufferJoins, 8, 0).unit(rt.BufferGranted, 8, 0).unit(rt.BufferTaken, 8, 0).unit(rt.BufferBack, 0, 0)
	})},
	{"buffers", "I24", "back twice", counter(1).unit(rt.BufferOut, 0, 1).unit(rt.BufferBack, 0, 1).unit(rt.BufferBack, 0, 1)},
	{"buffers", "I24", "never back", counter(1).unit(rt.BufferOut, 0, 1)},
	{"buffers", "I28", "more than there are", counter(1).unit(rt.BufferOut, 0, 1).unit(rt.BufferOut, 0, 1)},
	{"buffers", "I28", "more than there are with those in reserve", counter(0).times(3, func(h *history) { h.unit(rt.BufferOut, 0, 0) })},
	{"buffers", "I28", "nobody knows how many there are", new(history).unit(rt.BufferOut, 0, 1)},
	{"buffers", "I28", "a connection between requests has one", waitsIn(begun().counts(1).asked().unit(rt.BufferOut, 0, 1), rt.WaitIdle, time.Second).after(time.Millisecond)},
	{"buffers", "", "a check has one", waitsIn(begun().counts(1).probe(root, rt.ProbeLimit, rt.LimitChecks, 1).asked().unit(rt.BufferOut, 0, 1), rt.WaitIdle, time.Second).after(time.Millisecond).
		unit(rt.BufferBack, 0, 1)},
	{"buffers", "I28", "a check has one, and so has a connection between requests", waitsIn(begun().counts(2).probe(root, rt.ProbeLimit, rt.LimitChecks, 1).asked().unit(rt.BufferOut, 0, 1).unit(rt.BufferOut, 0, 1), rt.WaitIdle, time.Second).after(time.Millisecond)},
	{"buffers", "I28", "a tunnel that is silent has one", tunnelled().counts(1).unit(rt.BufferOut, 0, 0).idles().after(time.Millisecond)},
	{"buffers", "", "a tunnel has one for what an application leaves", begun().counts(1).asked().probe(loop, rt.ProbeFar, 1, ^uint64(0)).unit(rt.BufferOut, 0, 0).idles().after(time.Millisecond).unit(rt.BufferBack, 0, 0)},
	{"buffers", "", "one waits for room with one, another for nothing", waitsIn(begun().counts(1).asked().unit(rt.BufferOut, 0, 1), rt.WaitWrite, time.Second).after(time.Millisecond).unit(rt.BufferBack, 0, 1)},
	{"buffers", "", "served, taken back, served again, passed on, and left", counter(1).unit(rt.BufferJoins, 7, 1).unit(rt.BufferGranted, 7, 1).unit(rt.BufferRevoked, 7, 1).
		unit(rt.BufferGranted, 7, 1).unit(rt.BufferPassed, 7, 1).unit(rt.BufferJoins, 8, 1).unit(rt.BufferGranted, 8, 1).unit(rt.BufferTaken, 8, 1).
		unit(rt.BufferJoins, 9, 1).after(time.Millisecond).unit(rt.BufferLeaves, 9, 1).unit(rt.BufferOut, 0, 0).unit(rt.BufferBack, 0, 0).unit(rt.BufferBack, 0, 1)},
	{"fetch", "I19", "waits for nobody", waitsIn(begun().asked(), rt.WaitAnswer, time.Second)},
	{"fetch", "I19", "a backend that nobody made", begun().asked().probe(loop, rt.ProbeFetch, 1, 9)},
	{"fetch", "I19", "two backends", begun().asked().fetches(1).call(loop, rt.OpConnect, -1, 10).probe(loop, rt.ProbeFetch, 1, 10)},
	{"fetch", "I19", "one backend for two", begun().asked().fetches(1).probe(loop, rt.ProbeStreamOpen, 5).probe(loop, rt.ProbeFetch, 5, 9)},
	{"fetch", "I19", "ends while its backend works", begun().asked().fetches(1).parted()},
	{"fetch", "I19", "a stream ends while its backend works", begun().probe(loop, rt.ProbeStreamOpen, 5).fetches(5).probe(loop, rt.ProbeStreamClose, 5)},
	{"fetch", "I15", "a backend is closed while it works", begun().asked().fetches(1).call(loop, rt.OpClose, 9, 0)},
	{"fetch", "I19", "let go of twice", begun().asked().fetches(1).probe(loop, rt.ProbeFetch, 1, ^uint64(0)).probe(loop, rt.ProbeFetch, 1, ^uint64(0))},
	{"fetch", "", "one after the other", waitsIn(begun().asked().fetches(1).probe(loop, rt.ProbeFetch, 1, ^uint64(0)).probe(loop, rt.ProbeFetch, 1, 9), rt.WaitMore, time.Second).
		probe(loop, rt.ProbeFetch, 1, ^uint64(0)).call(loop, rt.OpClose, 9, 0).parted()},
	{"fetch", "I19", "handed over by nobody", begun().asked().call(loop, rt.OpConnect, -1, 9).probe(loop, rt.ProbeFetch, 1, 9, 7)},
	{"fetch", "I19", "handed over by one who has it", begun().asked().fetches(1).probe(loop, rt.ProbeStreamOpen, 5).probe(loop, rt.ProbeFetch, 5, 9, 1)},
	{"fetch", "I19", "handed over is another than was let go of", handsOver(10)},
	{"fetch", "I19", "let go of for somebody", begun().asked().fetches(1).probe(loop, rt.ProbeFetch, 1, ^uint64(0), 1)},
	{"fetch", "I19", "taken by whom it was not for", begun().asked().fetches(1).probe(loop, rt.ProbeStreamOpen, 5).probe(loop, rt.ProbeFetch, 1, ^uint64(0)).probe(loop, rt.ProbeFetch, 5, 9, 1)},
	{"fetch", "I07", "asked for one who has gone", handsOver(9).parted().after(1100 * time.Millisecond)},
	{"fetch", "", "handed over, and let go of when its client has gone", handsOver(9).parted().after(time.Millisecond).probe(loop, rt.ProbeFetch, 5, ^uint64(0)).
		call(loop, rt.OpClose, 9, 0).probe(loop, rt.ProbeStreamClose, 5).after(2 * time.Second)},
	{"waiting", "I17", "waits for a backend, and owes nothing", waitsIn(begun().asked().answered(), rt.WaitReach, time.Second)},
	{"waiting", "I17", "waits as a backend's", waitsIn(begun().asked(), rt.WaitKept, time.Second)},

	{"share", "", "one brings, two read, at their own pace", shares().brings(700).sips(2, 700).brings(300).sips(3, 700).sips(3, 300).of(rt.CacheWhole, 0, 1000).
		of(rt.CacheEnds, 3, 1000).of(rt.CacheLeaves, 3, 1000<<2|1).sips(2, 300).of(rt.CacheEnds, 2, 1000).of(rt.CacheLeaves, 2, 1000<<2|1).of(rt.CacheGone, 0, 1000<<2|1)},
	{"share", "", "it fails, and both hear of it", shares().brings(700).sips(2, 700).of(rt.CacheFailed, 0, 700<<1|1).of(rt.CacheBreaks, 2, 700).of(rt.CacheLeaves, 2, 700<<2|2).
		of(rt.CacheBreaks, 3, 0).of(rt.CacheLeaves, 3, 2).of(rt.CacheGone, 0, 700<<2|2)},
	{"share", "I36", "a reader reads what has not come", shares().brings(700).sips(2, 701)},
	{"share", "I36", "a clean end in the middle", shares().brings(700).sips(2, 700).of(rt.CacheEnds, 2, 700)},
	{"share", "I36", "a clean end before all is read, after the end", shares().brings(1000).sips(2, 700).of(rt.CacheWhole, 0, 1000).of(rt.CacheEnds, 2, 700)},
	{"share", "I36", "a clean end of what has failed", shares().brings(700).sips(2, 700).of(rt.CacheFailed, 0, 700<<1|1).of(rt.CacheEnds, 2, 700)},
	{"share", "I36", "a failure that was none", shares().brings(700).sips(2, 700).of(rt.CacheBreaks, 2, 700)},
	{"share", "I36", "whole, and short of its length", shares().brings(700).of(rt.CacheWhole, 0, 700)},
	{"share", "I36", "longer than its length", shares().brings(1001)},
	{"share", "I36", "it grows after its end", shares().brings(1000).of(rt.CacheWhole, 0, 1000).brings(1)},
	{"share", "I36", "it grows after it has failed", shares().of(rt.CacheFailed, 0, 1).brings(1)},
	{"share", "I36", "content before a head", new(history).of(rt.CacheAsked, 0, 0).brings(1)},
	{"share", "I36", "gone while it is read", shares().brings(1000).of(rt.CacheWhole, 0, 1000).of(rt.CacheGone, 0, 1000<<2|1)},
	{"share", "I36", "joined when it is gone", shares().of(rt.CacheFailed, 0, 1).of(rt.CacheLeaves, 2, 0).of(rt.CacheLeaves, 3, 0).of(rt.CacheGone, 0, 2).of(rt.CacheJoins, 4, 0)},
	{"share", "I36", "there at the end", shares()},

	{"drain", "", "a start that fails", new(history).call(root, rt.OpListen, -1, 5).call(root, rt.OpClose, 5, 0)},
}

// counts tells that there are n buffers, and two in reserve.
func (h *history) counts(n uint64) *history {
	return h.probe(root, rt.ProbeLimit, rt.LimitBuffers, n, 2)
}

func counter(n uint64) *history { return new(history).counts(n) }

// of is what becomes of object 1, or of a reader of it.
func (h *history) of(what, reader, n uint64) *history {
	return h.probe(loop, rt.ProbeCache, 1, reader<<8|what, n)
}

// shares is an object of 1000 bytes that two read.
func shares() *history {
	h := new(history).of(rt.CacheAsked, 0, 0).of(rt.CacheJoins, 2, 0)
	return h.of(rt.CacheHead, 0, 1000).of(rt.CacheJoins, 3, 0)
}

func (h *history) brings(n uint64) *history { return h.of(rt.CacheGrows, 0, n) }

func (h *history) sips(reader, n uint64) *history { return h.of(rt.CacheReads, reader, n) }

// unit is what happens to a buffer of a side.
func (h *history) unit(what, who, side uint64) *history {
	return h.probe(loop, rt.ProbeBuffer, who, what, side)
}

// idle is a connection between requests.
func idle() *history { return waitsIn(begun().asked().answered(), rt.WaitIdle, 5*time.Second) }

// reaches is a connection to another end, on descriptor 9.
func (h *history) reaches() *history {
	return h.call(loop, rt.OpConnect, -1, 9).probe(loop, rt.ProbeFar, 1, 9)
}

// fetches is a backend's beginning to work for a connection or stream, on descriptor 9.
func (h *history) fetches(id uint64) *history {
	return h.call(loop, rt.OpConnect, -1, 9).probe(loop, rt.ProbeFetch, id, 9)
}

// handsOver is a connection that lets go of a backend, on descriptor 9, and a feed that is
// said to take one over from it.
func handsOver(fd uint64) *history {
	return begun().asked().fetches(1).call(loop, rt.OpConnect, -1, 10).probe(loop, rt.ProbeStreamOpen, 5).probe(loop, rt.ProbeFetch, 1, ^uint64(0), 5).probe(loop, rt.ProbeFetch, 5, fd, 1)
}

// tunnelled is a connection that has become a tunnel to it, and holds nothing.
func tunnelled() *history { return begun().asked().reaches().probe(loop, rt.ProbeTunnel, 1) }

// idles is its waiting for either end to speak.
func (h *history) idles() *history { return waitsIn(h, rt.WaitTunnel, time.Second) }

// waits is a connection that begins to wait in a state.
func waits(state uint64, d time.Duration) *history { return waitsIn(begun(), state, d) }

func waitsIn(h *history, state uint64, d time.Duration) *history {
	return h.probe(loop, rt.ProbeState, 1, state, h.in(d))
}

// drains is the decision to drain within a second.
func (h *history) drains() *history { return h.probe(root, rt.ProbeDrain, h.in(time.Second)) }

// writes is a wait for room, for so long.
func (h *history) writes(d time.Duration) *history { return waitsIn(h, rt.WaitWrite, d) }

// deaf is the end of listening, after a look who is there.
func (h *history) deaf() *history {
	return h.fails(loop, rt.OpAccept, 5, again).call(loop, rt.OpClose, 5, 0)
}

// reached is an event that reached connection 1.
func (h *history) reached() *history { return h.probe(loop, rt.ProbeEvent, 1, 9, bitIn|bitOut) }

// arrives are bytes that arrive at the kernel's object 3, which connection 1's
// calls act on.
func (h *history) arrives(n uint64) *history {
	for i := range h.events {
		if e := &h.events[i]; e.Op == rt.OpRead {
			e.Object = 3
		}
	}
	return h.event(sim.Event{Task: -1, Object: 3, Op: rt.OpDeliver, A: n, B: n})
}

// stale is an event that comes for the connection that had the descriptor before.
func stale() *history {
	h := begun().watches(7, bitIn, 9).polls(bitIn, 9).parted()
	return h.call(loop, rt.OpAccept, 5, 7).probe(loop, rt.ProbeConnOpen, 2, 7).probe(loop, rt.ProbeEvent, 2, 9, bitIn)
}

// two is a second connection, on 8.
func two() *history { return begun().call(loop, rt.OpAccept, 5, 8).probe(loop, rt.ProbeConnOpen, 2, 8) }

// crossed are two connections that go to one place, of which a task takes the later.
func crossed(to uint64, taker int32) *history {
	return two().probe(loop, rt.ProbeOwner, 1, 3, to).probe(loop, rt.ProbeOwner, 2, 3, to).
		call(loop, rt.OpPollWait, 6, 0).probe(taker, rt.ProbeTaken, 2, 3, 2).call(taker, rt.OpFstat, 8, 0)
}

// post is a request with content that looks like another.
const post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 27\r\nA: 0123456789\r\n\r\n" + request

const chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1b\r\n" + request + "\r\n0\r\nA: b\r\n\r\n" + request

func (h *history) posted() *history { return h.reads(loop, 7, post, 200) }

// locks takes locks, unlocks gives them back.
func (h *history) locks(task int32, objects ...int32) *history {
	for _, o := range objects {
		h.event(sim.Event{Task: task, Object: o, Op: rt.OpLock})
	}
	return h
}

func (h *history) unlocks(task int32, objects ...int32) *history {
	for _, o := range objects {
		h.event(sim.Event{Task: task, Object: o, Op: rt.OpUnlock})
	}
	return h
}

func (h *history) times(n int, f func(h *history)) *history {
	for range n {
		f(h)
	}
	return h
}

// allPlanted are the histories of all checkers.
func allPlanted() []plant {
	return slices.Concat(planted, plantedMemory, plantedSessions, plantedTurns, plantedEndings)
}

func TestPlanted(t *testing.T) {
	caught := map[string]bool{}
	for _, p := range allPlanted() {
		c, row := checker(t, p.checker)
		v := p.history.judge(c)
		switch {
		case p.invariant == "" && v != nil:
			t.Errorf("%s: %s: %v; it holds", p.checker, p.story, v)
		case p.invariant != "" && (v == nil || v.Invariant != p.invariant):
			t.Errorf("%s: %s: %v; want %s", p.checker, p.story, v, p.invariant)
		}
		if p.invariant != "" && !strings.Contains(strings.Join(row.Numbers, " "), p.invariant) {
			t.Errorf("%s speaks for %s, and not for %v alone", p.checker, p.invariant, row.Numbers)
		}
		caught[p.checker+p.invariant] = true
	}
	for _, c := range invariants.All() {
		for _, n := range c.Numbers {
			if !caught[c.Name+n] {
				t.Errorf("no violation of %s is planted for %s", n, c.Name)
			}
		}
	}
}

func TestSoundLifeHolds(t *testing.T) {
	observers := invariants.Server(server)
	for range 3 { // tables are used again
		if v := life().judge(observers...); v != nil {
			t.Fatal(v)
		}
	}
	if v := life().judge(invariants.Server(server + 1)...); v == nil {
		t.Error("calls of another process: nobody misses them, though probes tell of them")
	}
}

// A failure names who, which and what is allowed.
func TestMessages(t *testing.T) {
	for _, want := range []struct{ checker, story, message string }{
		{"descriptor", "closed twice", "descriptor 7 is closed by world, but world closed it at step 10; each is closed once"},
		{"owner", "two takers", "connection 1 is touched by world (sendfile); it is world's until that hands it on"},
		{"block", "sends a file", "loop world performs sendfile, which may block; only poll_wait may"},
	} {
		for _, p := range allPlanted() {
			if p.checker != want.checker || p.story != want.story {
				continue
			}
			c, _ := checker(t, p.checker)
			if v := p.history.judge(c); v == nil || v.Message != want.message {
				t.Errorf("%s, %s: %v; want %q", p.checker, p.story, v, want.message)
			}
		}
	}
}

// Nothing is allocated in the steady state: campaigns judge every run.
func TestCheckersDoNotAllocate(t *testing.T) {
	h := life()
	for _, c := range invariants.All() {
		o := c.New(server)
		tell := func() {
			o.Begin(nil)
			for i := range h.events {
				for _, op := range o.Ops() {
					if op == h.events[i].Op {
						o.Event(&h.events[i])
					}
				}
			}
		}
		tell()
		ops := testing.AllocsPerRun(10, func() {
			for range h.events {
				o.Ops()
			}
		})
		if n := testing.AllocsPerRun(10, tell) - ops; n > 0 {
			t.Errorf("%s: %v allocations for a life of %d events", c.Name, n, len(h.events))
		}
	}
}
