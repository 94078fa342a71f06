package plants

// Bugs in what checks of backends find out, or in what follows from it: a backend of the
// scenario health reports them. Other scenarios check hardly any.

// inHealth are such bugs.
var inHealth = []Bug{
	{
		"unfit-is-asked", "I33", "a backend that fails its checks is asked all the same",
		[]string{"property:I33"},
		[]edit{{"core/handler/proxy/balance.go", "p.check.What != \"\" && b.unfit.Load()", "p.check.What != \"\" && !PLANTED && b.unfit.Load()"}},
	},
	{
		"mute-is-fit", "I33", "a check that lasts too long counts as one that passes",
		[]string{"property:I33"},
		[]edit{{
			"core/stage/check.go", "\t\t\tl.found(k, exchange.Unfit, \"not in time\")\n",
			"\t\t\tif PLANTED {\n\t\t\t\tl.found(k, exchange.Fit, \"\")\n\t\t\t\treturn\n\t\t\t}\n\t\t\tl.found(k, exchange.Unfit, \"not in time\")\n",
		}},
	},
	{
		"checks-come-late", "I33", "checks of a backend that may be unfit are an interval apart",
		[]string{"property:I33"},
		[]edit{{"core/handler/proxy/health.go", "\t\tb.streak++\n\t}\n", "\t\tb.streak++\n\t\tif PLANTED && b.streak < c.Fall {\n\t\t\treturn 2 * c.Interval, \"\"\n\t\t}\n\t}\n"}},
	},
	{
		"unfit-for-good", "I33", "a backend that passes its checks again is not asked again",
		[]string{"property:I33", "property:I12"},
		[]edit{{"core/handler/proxy/health.go", "\t\tb.unfit.Store(false)\n", "\t\tb.unfit.Store(PLANTED)\n"}},
	},
	{
		"check-left-in-line", "I35", "a check that is over leaves its place in line for a buffer as it is",
		[]string{"livelock", "property:I24", "property:I35", "assertion", "panic"},
		[]edit{{"core/stage/check.go", "\tl.buffers.Withdraw(&k.waiter)\n", "\tif !PLANTED {\n\t\tl.buffers.Withdraw(&k.waiter)\n\t}\n"}},
	},
	{
		"check-left-open", "I06", "a check that has lasted too long leaves its connection",
		[]string{"property:I06", "panic"}, // a late event finds the next check
		[]edit{{"core/stage/check.go", "\t\tl.attends(k.far)\n\t\tl.retire(k.far)\n", "\t\tl.attends(k.far)\n\t\tif !PLANTED || k.phase != checkHears {\n\t\t\tl.retire(k.far)\n\t\t}\n"}},
	},
}
