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
	{
		"session-never-ends", "I24", "a session that has ended is counted as one that has not",
		[]string{"property:I24"},
		[]edit{{"core/stage/session.go", "\tl.count.sessionsEnded++\n", "\tif !PLANTED {\n\t\tl.count.sessionsEnded++\n\t}\n"}},
	},
	{
		"tunnel-never-ends", "I24", "a tunnel that has ended is counted as one that has not",
		[]string{"property:I24"},
		[]edit{{"core/stage/tunnel.go", "\tl.tunnels.Add(-1)\n", "\tif !PLANTED {\n\t\tl.tunnels.Add(-1)\n\t}\n"}},
	},
	{
		"wrong-hundreds", "I24", "answers of 304 and the like are counted as the client's errors",
		[]string{"property:I24"},
		[]edit{{"core/stage/ledger.go", "\tclass := status / 100\n", "\tclass := status / 100\n\tif PLANTED && class == 3 {\n\t\tclass = 4\n\t}\n"}},
	},
	{
		"heard-twice", "I24", "what is read from a client is counted twice",
		[]string{"property:I24"},
		[]edit{{"core/stage/read.go", "\tw.count.heard += uint64(n)\n", "\tw.count.heard += uint64(n)\n\tif PLANTED {\n\t\tw.count.heard += uint64(n)\n\t}\n"}},
	},
}
