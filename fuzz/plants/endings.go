package plants

// Bugs in how responses of HTTP/1.1 end that cannot be made whole.

var inEndings = []Bug{
	{
		"ruin-reads-whole", "I18", "what a handler that streams has said when it fails ends as if that were all",
		[]string{"property:I18"},
		[]edit{{
			"core/stage/live.go", "\tif !c.broken {\n\t\th.X.Finish()\n\t}\n\tif !w.settles(c) {\n\t\tc.ruin()\n",
			"\tframed := h.X.Request.Framed\n\tif c.broken && PLANTED && !framed {\n\t\tc.broken = false\n\t\th.X.Finish()\n\t} else if !c.broken {\n\t\th.X.Finish()\n\t}\n\tif !w.settles(c) {\n\t\tc.ruin()\n",
		}},
	},
	{
		"ruin-closes-gently", "I18", "a connection whose response breaks off is closed as any other",
		[]string{"property:I18"},
		[]edit{
			{
				"core/stage/linger.go", "\t\t\t_ = l.kernel.SetOption(c.fd, sys.LingerZero, 1)\n\t\t\tl.abandon(c, h)\n",
				"\t\t\tif !PLANTED {\n\t\t\t\t_ = l.kernel.SetOption(c.fd, sys.LingerZero, 1)\n\t\t\t}\n\t\t\tl.abandon(c, h)\n",
			},
			{"core/stage/accompany.go", "\tif c.broken {\n\t\t// If it", "\tif c.broken && !PLANTED {\n\t\t// If it"},
		},
	},
	{
		"ruin-goes-on", "I18", "filters that fail in the middle of a response leave its connection to the next request",
		[]string{"property:I18"},
		[]edit{{
			"core/stage/pump.go", "\t\tx.Abandon()\n\t\th.Record()\n\t\treturn stepFinish\n",
			"\t\tx.Abandon()\n\t\tif PLANTED {\n\t\t\treturn w.recorded(c)\n\t\t}\n\t\th.Record()\n\t\treturn stepFinish\n",
		}},
	},
}
