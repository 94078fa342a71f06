package plants

// Bugs in what a server tells of itself while it serves.

var inLedgers = []Bug{
	{
		"ledger-late", "I24", "a loop shows what it has counted when it ends, and not before it sleeps",
		[]string{"property:I24"},
		[]edit{{"core/stage/loop.go", "\tl.turned(now)\n\tl.post()\n", "\tl.turned(now)\n\tif !PLANTED {\n\t\tl.post()\n\t}\n"}},
	},
	{
		"ledger-unfinished", "I24", "a loop that ends does not show what it has counted since it slept last",
		[]string{"property:I24"},
		[]edit{{"core/stage/loop.go", "\tl.close()\n\tl.post()\n", "\tl.close()\n\tif !PLANTED {\n\t\tl.post()\n\t}\n"}},
	},
	{
		"snapshot-falls", "I24", "every other snapshot leaves the first worker out",
		[]string{"property:I24"},
		[]edit{{
			"core/stage/ledger.go", "\tfor _, p := range s.ledgers {\n\t\tn += p.words[i].Load()\n",
			"\tfor k, p := range s.ledgers {\n\t\tif PLANTED && k == 0 && s.asked.Load()%2 == 0 {\n\t\t\tcontinue\n\t\t}\n\t\tn += p.words[i].Load()\n",
		}},
	},
}
