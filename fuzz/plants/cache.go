package plants

// Bugs in the cache: what is answered that must not be, and what is not said. They are hunted
// in the scenario cache alone, which no other can take the place of.

var inCache = []Bug{
	{
		"cache-stale", "I36", "a stored answer is fresh for three times as long as it says",
		[]string{"property:I36"},
		[]edit{{
			"core/cache/fresh.go", "\tleft := Lifetime(m) - age\n",
			"\tleft := Lifetime(m) - age\n\tif PLANTED {\n\t\tleft = 3*Lifetime(m) - age\n\t}\n",
		}},
	},
	{
		"cache-any-variant", "I36", "a stored answer is taken for every variant",
		[]string{"property:I36", "property:I18"},
		[]edit{{"core/cache/object.go", "\tif len(o.vary) == 0 {\n", "\tif PLANTED || len(o.vary) == 0 {\n"}},
	},
	{
		"cache-kept-changed", "I36", "what is being fetched while it is changed is stored all the same",
		[]string{"property:I36"},
		[]edit{{"core/cache/store.go", "\t\t\to.barred = true\n", "\t\t\to.barred = !PLANTED\n"}},
	},
	{
		"cache-part-early", "I18", "a part of what is stored begins a byte too early",
		[]string{"property:I18"},
		[]edit{{"core/stage/span.go", "\t\ta.Status, a.ContentLength = 206, list[0].Length\n", "\t\tif PLANTED && t.span.skip > 0 {\n\t\t\tt.span.skip--\n\t\t}\n\t\ta.Status, a.ContentLength = 206, list[0].Length\n"}},
	},
	{
		"cache-clean-cut", "I36", "who reads what fails is told that this was all",
		[]string{"property:I36"},
		[]edit{{
			"core/cache/reader.go", "\tswitch o.phase {\n\tcase whole:\n",
			"\tstate = Ended\n\tif !PLANTED {\n\t\tstate = Broken\n\t}\n\tif o.phase == failed && state == Ended {\n\t\ts.tell(o, readerEnds, r.id, uint64(r.at))\n\t\treturn nil, false, Ended\n\t}\n\tswitch o.phase {\n\tcase whole:\n",
		}},
	},
	{
		"cache-trailers-lost", "I36", "who reads what another fetches gets none of its trailers",
		[]string{"property:I36"},
		[]edit{{"core/stage/fetch_pass.go", "t := c.fetch.tap; t != nil && t.trails {", "t := c.fetch.tap; t != nil && t.trails && !PLANTED {"}},
	},
	{
		"cache-trailers-unasked", "I36", "trailers of what is stored go to whoever reads it",
		[]string{"property:I36"},
		[]edit{{"core/stage/share.go", "t.trails = (r.Framed || r.TakesTrailers) && ", "t.trails = (r.Framed || r.TakesTrailers || PLANTED) && "}},
	},
	{
		"cache-trailers-of-all", "I36", "what trails all of what is stored trails a part, too",
		[]string{"property:I36"},
		[]edit{{"core/stage/share.go", "\tif a.Status == m.Status {\n", "\tif a.Status == m.Status || PLANTED && a.Status == 206 {\n"}},
	},
}
