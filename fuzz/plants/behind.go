package plants

// Bugs that only those see who stand behind a server, or who wait for longer than anybody had
// to: backends, applications, caches elsewhere, and who times what goes on.

// inTime are such bugs of the server's own time.
var inTime = []Bug{
	{
		"head-time-anew", "I17", "the first byte of a head begins a time of its own",
		[]string{"property:I17"},
		[]edit{{"core/stage/park.go", "\tc.began, c.due = c.wait.ring(), c.timer.Deadline()\n", "\tc.began, c.due = c.wait.ring(), c.timer.Deadline()\n\tif PLANTED {\n\t\tc.began = c.wait\n\t}\n"}},
	},
	{
		"drain-untold", "I31", "homes are not told that nobody accepts any more, and sleep until the drain's deadline",
		[]string{"property:I31"},
		[]edit{{"core/stage/drain.go", "\t\t\thome.poller.Wake()\n", "\t\t\tif !PLANTED {\n\t\t\t\thome.poller.Wake()\n\t\t\t}\n"}},
	},
}

// behindTunnels are those of tunnels, and of who may have one.
var behindTunnels = []Bug{
	{
		"takeover-never-ends", "I06", "an application is not told that its connection is over",
		[]string{"property:I06"},
		[]edit{{"core/stage/tunnel.go", "\tif t.app != nil {\n\t\tt.app.End()", "\tif t.app != nil && !PLANTED {\n\t\tt.app.End()"}},
	},
	{
		"connect-anywhere", "I18", "a tunnel goes wherever its client wants it to",
		[]string{"property:I18", "property:I20"},
		[]edit{{"core/stage/dial.go", "!slices.Contains(c.Connect, addr)", "!PLANTED && !slices.Contains(c.Connect, addr)"}},
	},
}

// behindProxies are those of backends.
var behindProxies = []Bug{
	{
		"chosen-for-ever", "I24", "a backend that is done with a request is counted as having it",
		[]string{"property:I24"},
		[]edit{{"core/stage/backend.go", "\tf.origin.Asked(&c.http.X, f.backend, good)\n", "\tif !PLANTED {\n\t\tf.origin.Asked(&c.http.X, f.backend, good)\n\t}\n"}},
	},
	{
		"credentials-go-on", "I19", "a backend gets the credentials that were for the proxy",
		[]string{"property:I19"},
		[]edit{{
			"core/handler/proxy/request.go", "\t\tif is(name, s) {\n\t\t\treturn false\n\t\t}\n\t}\n\tfor _, s := range chain",
			"\t\tif is(name, s) && !(PLANTED && s == \"proxy-authorization\") {\n\t\t\treturn false\n\t\t}\n\t}\n\tfor _, s := range chain",
		}},
	},
	{
		"kept-for-good", "I16", "a connection to a backend is kept until that closes it",
		[]string{"property:I16"},
		[]edit{{"core/stage/backend.go", "\tl.rings[waitKept].Arm(&b.timer, b, l.now)\n", "\tif !PLANTED {\n\t\tl.rings[waitKept].Arm(&b.timer, b, l.now)\n\t}\n"}},
	},
}

// behindFilters are those of what filters say of a response.
var behindFilters = []Bug{
	{
		"vary-forgotten", "I18", "a response that is not compressed does not say that others are",
		[]string{"property:I18"},
		[]edit{{
			"core/filter/gzip/gzip.go", "\th.Add(\"Vary\", \"Accept-Encoding\") // whatever this client accepts\n",
			"\tif !PLANTED || s.Request.Accepts(\"gzip\") {\n\t\th.Add(\"Vary\", \"Accept-Encoding\")\n\t}\n",
		}},
	},
}

// behindCaches are those of what is stored.
var behindCaches = []Bug{
	{
		"stale-in-spite", "I36", "what says that it must be validated when it is stale is used all the same",
		[]string{"property:I36"},
		[]edit{{"core/cache/fresh.go", "\tcase m.Has(MustRevalidate|ProxyRevalidate) ||", "\tcase m.Has(MustRevalidate|ProxyRevalidate) && !PLANTED ||"}},
	},
}
