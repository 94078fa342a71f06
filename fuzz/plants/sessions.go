package plants

// Bugs in sessions of HTTP/2, and in tunnels that are streams. What a client of the same run sees of them comes later than
// what its server's frames show.

var inSessions = []Bug{
	{
		"window-overrun", "I25", "a stream's window is not looked at",
		[]string{"property:I25", "assertion"},
		[]edit{
			{"core/http2/window.go", "\tn := min(want, int64(st.window), int64(s.window), frameLength)\n", "\troom := int64(st.window)\n\tif PLANTED {\n\t\troom = want\n\t}\n\tn := min(want, room, int64(s.window), frameLength)\n"},
			{"core/http2/respond.go", "|| int64(n) > int64(st.window) ||", "|| int64(n) > int64(st.window) && !PLANTED ||"},
		},
	},
	{
		"padding-kept", "I25", "padding is not given back",
		[]string{"property:I25"},
		[]edit{{"core/http2/session.go", "\ts.Used(st, f.length-len(f.bytes))\n", "\tif !PLANTED {\n\t\ts.Used(st, f.length-len(f.bytes))\n\t}\n"}},
	},
	{
		"update-doubled", "I25", "an update of the connection's window is a byte more than was used up",
		[]string{"property:I25"},
		[]edit{{"core/http2/window.go", "\t\ts.codec.window(0, by)\n", "\t\tif PLANTED {\n\t\t\tby++\n\t\t}\n\t\ts.codec.window(0, by)\n"}},
	},
	{
		"resize-forgotten", "I25", "streams that are there keep their windows when the client changes its SETTINGS",
		[]string{"property:I25"},
		[]edit{{"core/http2/settings.go", "\tfor _, st := range s.streams.list {\n\t\tif !st.window.grow(by) {", "\tfor _, st := range s.streams.list {\n\t\tif PLANTED {\n\t\t\tcontinue\n\t\t}\n\t\tif !st.window.grow(by) {"}},
	},
	{
		"ping-unanswered", "I27", "a PING while streams are open is not answered",
		[]string{"property:I27"},
		[]edit{{"core/http2/session.go", "\ts.codec.pong(f.bytes)\n", "\tif !PLANTED || s.Open() == 0 {\n\t\ts.codec.pong(f.bytes)\n\t}\n"}},
	},
	{
		"reset-answered", "I27", "who resets a stream hears that it is reset",
		[]string{"property:I27"},
		[]edit{{"core/http2/session.go", "\ts.kill(st)\n\treturn Event{Kind: Reset, Stream: st}, nil\n", "\ts.kill(st)\n\tif PLANTED {\n\t\ts.codec.reset(st.ID, Cancel)\n\t}\n\treturn Event{Kind: Reset, Stream: st}, nil\n"}},
	},
	{
		"reset-uncounted", "I27", "streams that were reset while their handlers run do not count any more",
		[]string{"property:I27"},
		[]edit{{"core/http2/headers.go", "\tif len(s.streams.list) >= s.limits.Streams {\n", "\topen := len(s.streams.list)\n\tfor _, st := range s.streams.list {\n\t\tif PLANTED && st.reset {\n\t\t\topen--\n\t\t}\n\t}\n\tif open >= s.limits.Streams {\n"}},
	},
	{
		"goaway-short", "I27", "GOAWAY leaves out the last stream",
		[]string{"property:I27"},
		[]edit{{"core/http2/session.go", "\ts.codec.goAway(s.told, c, reason)\n", "\tif PLANTED && s.last > 2 {\n\t\ts.codec.goAway(s.last-2, c, reason)\n\t\treturn\n\t}\n\ts.codec.goAway(s.told, c, reason)\n"}},
	},
	{
		"end-twice", "I27", "a response that has ended ends once more",
		[]string{"property:I27"},
		[]edit{{"core/http2/respond.go", "\ts.codec.data(st.ID, 0, true)\n", "\ts.codec.data(st.ID, 0, true)\n\tif PLANTED {\n\t\ts.codec.data(st.ID, 0, true)\n\t}\n"}},
	},
	{
		"reset-behind-ends", "I27", "a stream is reset when it is let go, whether or not its client has ended it",
		[]string{"property:I27"},
		[]edit{{"core/http2/session.go", "\tif !st.reset && !st.received && s.failure == nil {\n", "\tif !st.reset && (!st.received || PLANTED) && s.failure == nil {\n"}},
	},
	{
		"ruin-ends-well", "I18", "a response whose producer has failed ends as if it were whole",
		[]string{"property:I18", "property:I23", "property:I06", "assertion", "panic"},
		[]edit{{"core/stage/stream.go", "\tcase c.broken:\n\t\tl.cancel(r, http2.InternalError)\n\tcase c.tunnel != nil:\n", "\tcase c.broken && (!PLANTED || c.http.Out.Empty()):\n\t\tl.cancel(r, http2.InternalError)\n\tcase c.tunnel != nil:\n"}},
	},
	{
		"urgency-upside-down", "I12", "the least urgent stream has its turn first",
		[]string{"property:I12"},
		[]edit{{"core/http2/priority.go", "\tfor i := range q {\n\t\tif st := q[i].first; st != nil {\n", "\tfor i := range q {\n\t\tif PLANTED {\n\t\t\ti = urgencies - 1 - i\n\t\t}\n\t\tif st := q[i].first; st != nil {\n"}},
	},
	{
		"tunnel-holds", "I19", "a stream's tunnel that holds bytes for its far end waits as if it held none",
		[]string{"property:I19"},
		[]edit{{"core/stage/through.go", "\tcase t.app == nil && t.up.size() > 0 || r.http2 != nil &&", "\tcase t.app == nil && t.up.size() > 0 && !PLANTED || r.http2 != nil &&"}},
	},
}

// inBulk are bugs that show where much goes through one session (scenario bulk).
var inBulk = []Bug{
	{
		"urgency-kept", "I12", "what a stream says of its urgency first is all that counts",
		[]string{"property:I12"},
		[]edit{{"core/http2/session.go", "\t\tif st := s.streams.find(f.number); st != nil && !st.reset {\n", "\t\tif st := s.streams.find(f.number); st != nil && !st.reset && !PLANTED {\n"}},
	},
	{
		"last-is-first", "I12", "a stream that comes back to the line stands at its head",
		[]string{"property:I12"},
		[]edit{{"core/http2/priority.go", "\tst.before, st.behind = l.last, nil\n", "\tif PLANTED && l.first != nil {\n\t\tst.before, st.behind, st.queued = nil, l.first, true\n\t\tl.first.before, l.first = st, st\n\t\treturn\n\t}\n\tst.before, st.behind = l.last, nil\n"}},
	},
	{
		"session-goes-on", "I12", "a session is run as long as there is anything to read, whoever else waits",
		[]string{"property:I12"},
		[]edit{{"core/stage/session.go", "\tfor range sessionRun {\n", "\trun := sessionRun\n\tif PLANTED {\n\t\trun = 1 << 20\n\t}\n\tfor range run {\n"}},
	},
	{
		"window-opens-early", "I28", "a stream's window opens when its content has come, whether or not its handler takes it in",
		[]string{"property:I28"},
		[]edit{
			{"core/stage/downstream.go", "\ts.http2.Took(len(b))\n\tif !v.reads {\n", "\ts.http2.Took(len(b))\n\tif PLANTED && v.reads {\n\t\ts.http2.Passed(st, len(b))\n\t}\n\tif !v.reads {\n"},
			{"core/stage/downstream.go", "\tif n, _ := r.live.sends(); n > 0 {\n", "\tif n, _ := r.live.sends(); n > 0 && !PLANTED {\n"},
		},
	},
}
