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
}
