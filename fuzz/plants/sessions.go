package plants

// Bugs in sessions of HTTP/2. What a client of the same run sees of them comes later than
// what its server's frames show.

var inSessions = []Bug{
	{
		"window-overrun", "I25", "a stream's window is not looked at",
		[]string{"property:I25", "assertion"},
		[]edit{
			{"core/http2/window.go", "\tn := min(want, int64(st.window), int64(s.window), s.frame)\n", "\troom := int64(st.window)\n\tif PLANTED {\n\t\troom = want\n\t}\n\tn := min(want, room, int64(s.window), s.frame)\n"},
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
}
