package plants

// Bugs in filters, and in what runs them.

var inFilters = []Bug{
	{
		"filter-undeclared", "I10", "a filter that sleeps does not say so, and a loop calls it",
		[]string{"property:I10", "property:I33"},
		[]edit{{"core/filter/slow.go", "\tif s.of.Declared {\n", "\tif s.of.Declared && !PLANTED {\n"}},
	},
	{
		"pace-goes-nowhere", "I16", "a connection whose filter paused is forgotten when the pause is over",
		[]string{"property:I16", "property:I12", "property:I13", "property:I18"},
		[]edit{{
			"core/stage/park.go", "\t\tc.forget() // it measures nothing that goes on\n\t\tl.run(c, stepProcess)\n",
			"\t\tc.forget() // it measures nothing that goes on\n\t\tif !PLANTED {\n\t\t\tl.run(c, stepProcess)\n\t\t}\n",
		}},
	},
	{
		"gzip-skips", "I18", "the compressor leaves out the first byte of what is long",
		[]string{"property:I18"},
		[]edit{{
			"core/filter/gzip/gzip.go", "\t\t\tif data, err = k.Read(); err == nil {\n",
			"\t\t\tif data, err = k.Read(); err == nil {\n\t\t\t\tif PLANTED && len(data) > 1000 {\n\t\t\t\t\tdata = data[1:]\n\t\t\t\t}\n",
		}},
	},
	{
		"count-keeps", "I21", "a filter takes what it counted of one response into the next",
		[]string{"property:I21"},
		[]edit{{"core/filter/count.go", "\tc.bytes = 0\n}", "\tif !PLANTED {\n\t\tc.bytes = 0\n\t}\n}"}},
	},
	{
		"end-unnoticed", "I23", "a response that has passed its filters while there is no room is not noticed to be whole",
		[]string{"property:I23", "property:I21", "panic", "assertion"},
		[]edit{{"core/filter/pump.go", "\t\tcase l.ended:\n", "\t\tcase l.ended && !PLANTED:\n"}},
	},
}
