package plants

// Bugs in what trails a message, or in how the body of an answer changes hands: a client or
// an origin of the scenario proxy reports them, or the checker that sees who asks a backend.

// inRelays are such bugs.
var inRelays = []Bug{
	{
		"trailers-dropped", "I18", "trailers of an answer are dropped on the way to a client of HTTP/1.1",
		[]string{"property:I18"},
		[]edit{{"core/filter/chunked.go", "\tif len(lines) == 0 {\n", "\tif len(lines) == 0 || PLANTED {\n"}},
	},
	{
		"trailers-unsent", "I19", "trailers of a request are dropped on the way to a backend",
		[]string{"property:I19"},
		[]edit{{"core/exchange/pass.go", "if lines := p.trailers.Lines(); len(lines) > 0 {", "if lines := p.trailers.Lines(); len(lines) > 0 && !PLANTED {"}},
	},
	{
		"trailers-anothers", "I18", "a stream's trailers are those of the first one in its session",
		[]string{"property:I18"},
		[]edit{{
			"core/stage/frame.go", "\treturn r.conn.http.X.Trailers().Lines()\n",
			"\tif first := r.parent.session.http2.Streams()[0].Host.(*stream); PLANTED && first.place == placeHome && first.conn.http != nil {\n" +
				"\t\treturn first.conn.http.X.Trailers().Lines()\n\t}\n\treturn r.conn.http.X.Trailers().Lines()\n",
		}},
	},
	{
		"trailers-of-the-hop", "I19", "trailers that a Connection field names go on",
		[]string{"property:I18", "property:I19"},
		[]edit{{"core/http1/trailers.go", "if !MayTrail(name) || t.nominated(name) {", "if !MayTrail(name) || t.nominated(name) && !PLANTED {"}},
	},
	{
		"ahead-left-behind", "I18", "what was read ahead of a body stays with the loop that has handed it over",
		[]string{"property:I18"},
		[]edit{{"core/stage/carry.go", "\th.Filled(copy(room, b[here:]))\n", "\tif copied := copy(room, b[here:]); !PLANTED {\n\t\th.Filled(copied)\n\t}\n"}},
	},
	{
		"hang-up-waits", "I07", "who fetches a body for another is not told when that one has gone",
		[]string{"property:I07"},
		[]edit{{"core/cache/reader.go", "\tif o.fed {\n\t\to.passed(t)\n\t\tif !o.wanted() {\n", "\tif o.fed && !PLANTED {\n\t\to.passed(t)\n\t\tif !o.wanted() {\n"}},
	},
}
