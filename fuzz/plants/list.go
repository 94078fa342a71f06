package plants

// The list: what is planted, and which verdicts report it. The first verdict is the
// invariant's own; others may come first where the same bug shows there sooner.
//
// What is not here: a data race (I34) is seen by programs built with -race alone, and
// is planted in package zoo (Z18race).

import "slices"

// Bug is one planted bug.
type Bug struct {
	Name      string // of the switch
	Invariant string // that it breaks
	Title     string
	Verdicts  []string // kind:invariant; these and no others report it
	edits     []edit
}

// in is the scenario that b is tried in, and which seeds of it stand for those from one
// number to another; empty: all that are usual, and these.
func (b *Bug) in(from, to uint64) (name string, first, last uint64) {
	for _, x := range []struct {
		scenario     string
		times, share uint64 // how many seeds for each
		bugs         []Bug
	}{
		{"bulk", 1, 4, inBulk}, // a run of which is larger than others
		{"cache", 3, 1, inCache},
		{"health", 2, 1, inHealth},
		{"proxy", 10, 1, inRelays},
		{"tunnels", 12, 1, behindTunnels},
		{"proxy", 10, 1, behindProxies},
		{"filters", 16, 1, behindFilters},
		{"cache", 16, 1, behindCaches},
	} {
		if slices.ContainsFunc(x.bugs, func(x Bug) bool { return x.Name == b.Name }) {
			first = from * x.times / x.share
			return x.scenario, first, max(to*x.times/x.share, first+1)
		}
	}
	return "", from, to
}

// edit is a text of a file, there once, and what takes its place. In new, PLANTED is
// whether the bug acts.
type edit struct{ file, old, new string }

// All are the bugs, in order of what they break.
func All() []Bug {
	return slices.Concat(list, inFilters, inSessions, inEndings, inBulk, inValues, inLedgers, unseen, inCache, inHealth, inRelays, inTime, behindTunnels, behindProxies, behindFilters, behindCaches)
}

var list = []Bug{
	{
		"page-used-late", "I02", "an input page is written to when it has been given back",
		[]string{"property:I02"},
		[]edit{{
			"core/httpconn/conn.go", "\tc.block, c.in, c.outBlock = nil, nil, nil\n\tc.memory.End()\n",
			"\tlate := c.in\n\tc.block, c.in, c.outBlock = nil, nil, nil\n\tc.memory.End()\n\tif PLANTED {\n\t\tlate[7] ^= 0x55\n\t}\n",
		}},
	},
	{
		"page-read-late", "I02", "an input page is read when it has been given back",
		[]string{"property:I02"},
		[]edit{{
			"core/httpconn/conn.go", "\tc.block, c.in, c.outBlock = nil, nil, nil\n\tc.memory.End()\n",
			"\tgone := c.in\n\tc.block, c.in, c.outBlock = nil, nil, nil\n\tc.memory.End()\n\tif PLANTED && gone[7] == 1 {\n\t\trt.Bug(\"freed pages are poisoned, and not with this\")\n\t}\n",
		}},
	},
	{
		"stock-left", "I06", "a loop that ends leaves its stock of http_conns",
		[]string{"property:I06"},
		[]edit{{"core/httpconn/pool.go", "func (p *Pool) Close() {\n", "func (p *Pool) Close() {\n\tif PLANTED {\n\t\tp.free = nil\n\t}\n"}},
	},
	{
		"log-closes-silently", "I07", "closing the log wakes nobody",
		[]string{"lost-wakeup:I07"},
		[]edit{{"core/accesslog/log.go", "\tl.closed = true\n\tl.some.Broadcast()\n", "\tl.closed = true\n\tif !PLANTED {\n\t\tl.some.Broadcast()\n\t}\n"}},
	},
	{
		"crew-stays-open", "I08", "the last home to end does not close the crew, whose processors wait on",
		[]string{"deadlock:I08"},
		[]edit{{"core/stage/drain.go", "\tl.shard.crew.Close()\n", "\tif !PLANTED {\n\t\tl.shard.crew.Close()\n\t}\n"}},
	},
	{
		"log-sleeps-locked", "I09", "the logger waits for more lines with its lock held",
		[]string{"property:I09", "property:I13", "property:I33", "property:I16"},
		[]edit{{
			"core/accesslog/log.go", "\t\tdone := l.closed && len(l.spare) == 0\n",
			"\t\tdone := l.closed && len(l.spare) == 0\n\t\tif PLANTED {\n\t\t\trt.Sleep(1000000)\n\t\t}\n",
		}},
	},
	{
		"loop-sends-files", "I10", "a loop sends from a file itself",
		[]string{"property:I10", "property:I33", "property:I13", "property:I16"},
		[]edit{{"core/stage/worker.go", "\tcase stepSend:\n\t\treturn w.roles&blocks != 0\n", "\tcase stepSend:\n\t\treturn w.roles&blocks != 0 || PLANTED\n"}},
	},
	{
		"read-tried-again", "I11", "a read that has nothing to take is tried again at once",
		[]string{"property:I11"},
		[]edit{{"core/stage/read.go", "\tcase sys.EAGAIN:\n\t\tc.ready &^= sys.In\n", "\tcase sys.EAGAIN:\n\t\tif PLANTED {\n\t\t\treturn stepNone\n\t\t}\n\t\tc.ready &^= sys.In\n"}},
	},
	{
		"inbox-backwards", "I12", "a loop takes what was handed to it last, first",
		[]string{"property:I12", "assertion"},
		[]edit{{"core/handoff/inbox.go", "\tvar first *T\n\tfor item := q.head.Swap(nil)", "\tif PLANTED {\n\t\treturn P(q.head.Swap(nil))\n\t}\n\tvar first *T\n\tfor item := q.head.Swap(nil)"}},
	},
	{
		"refuses-for-good", "I12", "who was refused a page once serves no new connection any more",
		[]string{"property:I12", "property:I20"},
		[]edit{
			{"core/stage/read.go", "\tif c.http == nil {\n\t\tif s, ok := w.equip(c)", "\tif PLANTED && w.pool.Keep < 0 && c.requests == 0 && c.began == waitHeader && !c.dismissed {\n\t\treturn stepFinish\n\t}\n\tif c.http == nil {\n\t\tif s, ok := w.equip(c)"},
			{"core/httpconn/pool.go", "p.Scope); c == nil {\n", "p.Scope); c == nil {\n\t\t\tif PLANTED {\n\t\t\t\tp.Keep = -1\n\t\t\t}\n"},
		},
	},
	{
		"pause-untimed", "I12", "after an error of accept nothing makes a loop accept again",
		[]string{"property:I12", "property:I11", "property:I18"},
		[]edit{{"core/stage/accept.go", "\tl.gate.Arm(&l.paused, l, l.now)\n\tl.shard.pausing", "\tif !PLANTED || atLimit {\n\t\tl.gate.Arm(&l.paused, l, l.now)\n\t}\n\tl.shard.pausing"}},
	},
	{
		"generation-stays", "I14", "a slot keeps its generation when its occupant leaves",
		[]string{"property:I14", "assertion"},
		[]edit{{"core/poll/slot.go", "\ts.generation = (s.generation + 1) & 0x7fffffff\n", "\tif !PLANTED {\n\t\ts.generation = (s.generation + 1) & 0x7fffffff\n\t}\n"}},
	},
	{
		"closed-twice", "I15", "a connection's descriptor is closed twice",
		[]string{"property:I15", "property:I24"},
		[]edit{{"core/stage/linger.go", "\tl.kernel.Close(c.fd)\n", "\tl.kernel.Close(c.fd)\n\tif PLANTED {\n\t\tl.kernel.Close(c.fd)\n\t}\n"}},
	},
	{
		"ring-overlooked", "I16", "a loop does not wake for the timers of connections that owe a head",
		[]string{"property:I16", "property:I18"},
		[]edit{{"core/stage/loop.go", "\tfor i := range l.rings {\n\t\tif t, ok := l.rings[i].Next(); ok && (", "\tfor i := range l.rings {\n\t\tif PLANTED && wait(i) == waitHeader {\n\t\t\tcontinue\n\t\t}\n\t\tif t, ok := l.rings[i].Next(); ok && ("}},
	},
	{
		"file-shifted", "I18", "the rest of a file is sent from one byte too far",
		[]string{"property:I18"},
		[]edit{{"core/stage/write.go", "\t\tf, off := k.File()\n", "\t\tf, off := k.File()\n\t\tif PLANTED && off > 0 && k.Len() > 1 {\n\t\t\toff--\n\t\t}\n"}},
	},
	{
		"head-read-twice", "I19", "the head of a HEAD request is not consumed",
		[]string{"property:I19"},
		[]edit{{"core/httpconn/conn.go", "\tc.start += n\n\tc.scanned, c.head = 0, n\n", "\tif !PLANTED || string(c.X.Request.MethodName) != \"HEAD\" {\n\t\tc.start += n\n\t}\n\tc.scanned, c.head = 0, n\n"}},
	},
	{
		"anothers-answer", "I20", "a cache keeps what was found under the name asked for first",
		[]string{"property:I20", "property:I18"},
		[]edit{{"core/handler/static/cache.go", "\tif f := c.files[path]; f != nil {\n", "\tif PLANTED && len(c.order) > 0 {\n\t\tpath = c.order[0]\n\t}\n\tif f := c.files[path]; f != nil {\n"}},
	},
	{
		"last-look-left-out", "I20", "a connection that is dismissed closes without a look whether a request has come",
		[]string{"property:I20", "property:I31", "property:I18"},
		[]edit{{"core/stage/park.go", "\tc.dismissed = true\n\tc.ready |= sys.In\n", "\tc.dismissed = true\n\tc.ready |= sys.In\n\tif PLANTED {\n\t\treturn stepFinish\n\t}\n"}},
	},
	{
		"counts-one-more", "I22", "a response is accounted for with a byte more than was sent",
		[]string{"property:I22"},
		[]edit{{"core/stage/write.go", "\t\t\th.Pending().Sent += m\n", "\t\t\th.Pending().Sent += m\n\t\t\tif PLANTED {\n\t\t\t\th.Pending().Sent++\n\t\t\t}\n"}},
	},
	{
		"errors-unlogged", "I23", "what is not found is not logged",
		[]string{"property:I23"},
		[]edit{{"core/stage/write.go", "\tif log := w.server.cfg.Log; log != nil {\n", "\tif log := w.server.cfg.Log; log != nil && !(PLANTED && e.Status == 404) {\n"}},
	},
	{
		"requests-miscounted", "I24", "a request that is refused is counted twice",
		[]string{"property:I24"},
		[]edit{{"core/stage/read.go", "\tc.closing = true\n\th.Content.Forget()\n\tw.face(c)\n", "\tc.closing = true\n\tif PLANTED {\n\t\tw.count.requests++\n\t}\n\th.Content.Forget()\n\tw.face(c)\n"}},
	},
	{
		"output-left", "I26", "a home watches its connections for input only",
		[]string{"property:I26", "property:I18"},
		[]edit{{"core/stage/park.go", "\t\tevents := sys.In | sys.Out | sys.RdHup | sys.Edge\n", "\t\tevents := sys.In | sys.Out | sys.RdHup | sys.Edge\n\t\tif PLANTED {\n\t\t\tevents &^= sys.Out\n\t\t}\n"}},
	},
	{
		"request-grows", "I28", "each request takes a block of its connection's memory for good",
		[]string{"property:I28"},
		[]edit{{"core/httpconn/request.go", "\tr.pool = c.memory.NewPool(mem.Request)\n", "\tr.pool = c.memory.NewPool(mem.Request)\n\tif PLANTED {\n\t\t_, _ = c.memory.Alloc(64)\n\t}\n"}},
	},
	{
		"still-listens", "I31", "a drain leaves the listening socket open",
		[]string{"property:I31", "property:I11"},
		[]edit{{"core/stage/drain.go", "\tl.deafen()\n", "\tif !PLANTED {\n\t\tl.deafen()\n\t}\n"}},
	},
	{
		"touched-late", "I32", "who hands a connection on sets an option of its socket afterwards",
		[]string{"property:I32", "property:I01", "property:I15"},
		[]edit{{
			"core/stage/worker.go", "\tto.give(c)\n",
			"\tlate := c.fd\n\tto.give(c)\n\tif PLANTED {\n\t\t_ = w.kernel.SetOption(late, sys.LingerZero, 0)\n\t}\n",
		}},
	},
	{
		"waits-for-nothing", "I33", "a write that was taken whole counts as one that was not",
		[]string{"property:I33"},
		[]edit{{"core/stage/write.go", "n == length(iov) {\n", "n == length(iov) && !PLANTED {\n"}},
	},
}
