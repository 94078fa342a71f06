package plants

// Bugs that a campaign overlooked once (ARCHITECTURE.md, "Bugs that nobody had planted"),
// and what of I/O buffers no other list has.

var unseen = []Bug{
	{
		"idle-through-drain", "I31", "a connection that comes home when a drain was decided waits for its next request",
		[]string{"property:I31"},
		[]edit{{"core/stage/park.go", "\tcase l.draining && (w == waitIdle || w == waitFirst):\n", "\tcase l.draining && (w == waitIdle || w == waitFirst) && !PLANTED:\n"}},
	},
	{
		"claims-backwards", "I12", "who claims room with the processors last is served first",
		[]string{"assertion"},
		[]edit{{"core/handoff/claim.go", "\tc.waits = true\n\tif l.last == nil {\n", "\tc.waits = true\n\tif PLANTED && l.first != nil {\n\t\tc.next, l.first = l.first, c\n\t\treturn\n\t}\n\tif l.last == nil {\n"}},
	},
	{
		"tunnel-keeps-buffer", "I28", "a tunnel keeps its buffer when nothing was to be held",
		[]string{"property:I28"},
		[]edit{{"core/stage/relay.go", "\tw := waitTunnel\n\tl.refund(t)\n", "\tw := waitTunnel\n\tif !PLANTED {\n\t\tl.refund(t)\n\t}\n"}},
	},
	{
		"half-a-line", "I23", "a log that is opened anew goes on in the middle of a line",
		[]string{"property:I23", "assertion"},
		[]edit{{"core/accesslog/log.go", "\t\trest = fromLine(lines, rest)\n", "\t\tif !PLANTED {\n\t\t\trest = fromLine(lines, rest)\n\t\t}\n"}},
	},
	{
		"one-listener-hears", "I12", "when a connection has ended only the first of those who pause is woken",
		[]string{"property:I12"},
		[]edit{{"core/stage/shed.go", "\t\tl.admits.Store(true)\n\t\tl.Rouse()\n", "\t\tl.admits.Store(true)\n\t\tl.Rouse()\n\t\tif PLANTED {\n\t\t\tbreak\n\t\t}\n"}},
	},
	{
		"pressed-unheard", "I07", "a home is told that somebody runs short, and not woken",
		[]string{"lost-wakeup:I07"},
		[]edit{{"core/stage/shed.go", "\t\t\thome.pressed.Store(true)\n\t\t\thome.Rouse()\n", "\t\t\thome.pressed.Store(true)\n\t\t\tif !PLANTED {\n\t\t\t\thome.Rouse()\n\t\t\t}\n"}},
	},
	{
		"asked-for-nothing", "I18", "a backend is asked to switch, and not to what",
		[]string{"property:I18"},
		[]edit{{"core/stage/dial.go", "\tb = http1.AppendField(b, \"Upgrade\", r.Upgrade)\n", "\tif !PLANTED {\n\t\tb = http1.AppendField(b, \"Upgrade\", r.Upgrade)\n\t}\n"}},
	},
	{
		"content-has-one-time", "I17", "content that a handler wants has one time for all of it",
		[]string{"property:I17"},
		[]edit{{"core/stage/collect.go", "\t\tif c.began == waitBody && h.Started() {\n", "\t\tif c.began == waitBody && h.Started() && !PLANTED {\n"}},
	},
	{
		"stream-content-has-one-time", "I17", "the same of a stream's",
		[]string{"property:I17"},
		[]edit{{"core/stage/upload.go", "\tsc.timer.Disarm() // there is some progress\n", "\tif !PLANTED {\n\t\tsc.timer.Disarm()\n\t}\n"}},
	},
	{
		"more-has-one-time", "I17", "an answer that is fetched has one time for all that follows its head",
		[]string{"property:I17"},
		[]edit{{"core/stage/fetch_pass.go", "\t\tc.forget()\n\t\tif s := l.takesIn(", "\t\tif !PLANTED {\n\t\t\tc.forget()\n\t\t}\n\t\tif s := l.takesIn("}},
	},
	{
		"touched-behind-the-unlock", "I12", "who has handed an item to the processors, and let go of their lock, says that none is behind it",
		[]string{"property:I12", "property:I13", "property:I16", "deadlock:I08", "assertion"},
		[]edit{{"core/handoff/crew.go", "\t\tq.lists[class].push(item)\n\t}\n\tq.mu.Unlock()\n}", "\t\tq.lists[class].push(item)\n\t}\n\tq.mu.Unlock()\n\tif PLANTED {\n\t\titem.HandoffLink().next = nil\n\t}\n}"}},
	},
}
