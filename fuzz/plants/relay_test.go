package plants

// What the scenario proxy is there for beyond what goes on in any: with a bug in what trails
// a message, or in how the body of an answer changes hands, one of its clients or origins
// reports that, or the checker that sees who asks a backend.

import (
	"context"
	"slices"
	"strings"
	"testing"

	"brigade/fuzz"
	"brigade/fuzz/zoo"
)

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

// relayed is how many runs of the scenario a bug has to show itself in, for each seed that
// is asked of the others.
const relayed = 10

func TestRelaysAreWatched(t *testing.T) {
	if fuzz.RaceBuilt() {
		t.Log("the same without the race detector says as much in less time")
		return
	}
	ctx := context.Background()
	root, err := zoo.Root(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s, err := plant(root, inRelays)
	if err != nil {
		t.Fatal(err)
	}
	path, err := s.Build(ctx, root, t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range append(inRelays, Bug{Name: "none"}) {
		if *only != "" && !strings.Contains(*only, b.Name) {
			continue
		}
		c := zoo.Campaign{
			First: 1, Seeds: relayed * *seeds, Workers: 2, Unshrunk: true, Traces: t.TempDir(), Env: []string{Variable + "=" + b.Name}, Scenario: "proxy",
		}
		r, err := zoo.Hunt(ctx, path, c)
		if err == nil && r.Failed == 0 && len(b.Verdicts) > 0 {
			c.Seeds *= 8
			r, err = zoo.Hunt(ctx, path, c)
		}
		if err != nil {
			t.Fatal(err)
		}
		var by []string
		for i := range r.Failures {
			f := &r.Failures[i]
			verdict := strings.TrimSuffix(f.Verdict+":"+f.Invariant, ":")
			if by = append(by, verdict); !slices.Contains(b.Verdicts, verdict) {
				t.Errorf("%s is reported by %s, seed %d: %s", b.Name, verdict, f.Seed, f.Message)
			}
		}
		t.Logf("%-4s %-19s in %3d of %d runs, by %s: %s", b.Invariant, b.Name, r.Failed, r.Runs, strings.Join(by, " "), b.Title)
		if len(b.Verdicts) > 0 && r.Failed == 0 {
			t.Errorf("%s (%s) is planted, and nobody says so in %d runs", b.Name, b.Title, r.Runs)
		}
	}
}
