package traces_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/schedule"
	"brigade/traces"
)

const sample = `brigade trace 1
scenario   keepalive-reap
strategy   random
seed       0x5ee1
engine     coroutines
build      ab12cd3
go         go1.26.8
faults     -
expect     verdict
hash       0x1234abcd
steps      412
virtual    1.5s
schedule   departures
verdict    assertion
invariant
signature  assertion@core/stage/write.go:88
message    conn 7 touched by writer-2, owned by reaper-0
task       main/writer.2
step       412
stack      2
| brigade/core/stage.(*conn).write()
| 	core/stage/write.go:88 +0x44
departures 2
main/reader.2 main:queue.mu.1 lock 3 -> main/writer.1
main "size of it" choose 1 -> 7
events     2 of 412
0.000012500     411 read         main/reader.2        world:socket.1           1:7 -1 11
0.000012500     412 probe        main/writer.2        owner                    0x9e3779b97f4a7c15
end
`

func TestFormat(t *testing.T) {
	x, err := traces.Read(strings.NewReader(sample))
	if err != nil {
		t.Fatal(err)
	}
	if got := x.Departures[1]; got != (schedule.Departure{Key: schedule.Key{Task: "main", Object: "size of it", Op: "choose", N: 1}, Value: "7"}) {
		t.Errorf("departure %+v", got)
	}
	if got, want := x.Events[0], (traces.Event{Time: 12500, Step: 411, Op: rt.OpRead, Task: "main/reader.2", Object: "world:socket.1", Words: [3]uint64{1<<32 | 7, ^uint64(0), 11}}); got != want {
		t.Errorf("event %+v, want %+v", got, want)
	}
	var b bytes.Buffer
	if err := x.Write(&b); err != nil || b.String() != sample {
		t.Errorf("written again (%v):\n%s", err, b.String())
	}
}

func TestReadErrors(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"nothing", sample, "", `line 1: the trace ends here, want the line "brigade trace 1": unexpected EOF`},
		{"not a trace", "brigade trace 1", "#!/bin/sh", `line 1: found "#!/bin/sh"; a trace begins with the line "brigade trace 1"`},
		{"newer", "brigade trace 1", "brigade trace 2", `line 1: this is format version "2"; this build reads version 1`},
		{"misspelt", "seed  ", "sed  ", `line 4: found the line "sed", want "seed"; the lines are, in order: scenario, strategy, seed,`},
		{"seed", "0x5ee1", "5ee1", `line 4: seed: "5ee1" is not a number from 0x0 to 0xffffffffffffffff`},
		{"expect", "expect     verdict", "expect     luck", `line 9: expect: "luck" is not one of: verdict, held`},
		{"verdict", "verdict    assertion", "verdict    oops", `line 14: verdict: "oops" is not one of: held, property, assertion,`},
		{"stack", "| \tcore", "\tcore", `line 22: found "\tcore/stage/write.go:88 +0x44", want line 2 of 2 of the stack`},
		{"departure", " -> 7", " 7", `line 25: found "main \"size of it\" choose 1 7", want a departure: task object operation count -> value`},
		{"fewer departures", "departures 2", "departures 3", `line 26: found "events     2 of 412", want a departure`},
		{"operation", "411 read", "411 reed", `"reed" is not the name of an operation`},
		{"time", "0.000012500     411", "12.5us     411", `"12.5us" is not a time in seconds with nine decimals`},
		{"more than all", "2 of 412", "2 of 1", `line 26: events: 2 kept of 1; no more can be kept than there were`},
		{"after the end", "end\n", "end\nmore\n", `line 30: found "more" after the line "end", which must be the last`},
	} {
		_, err := traces.Read(strings.NewReader(strings.Replace(sample, c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}

// A run recorded by the simulator is written with names in the place of numbers.
func TestNewFromRun(t *testing.T) {
	r := sim.Run(sim.Options{Seed: 7, Record: true}, func() {
		var mu rt.Mutex
		mu.Label("queue.mu")
		mu.Lock()
		rt.Probe(rt.ProbeOwner, 1, 2, 0)
		rt.Bug("this is not so")
	})
	x := traces.New(traces.Header{Scenario: "demo", Strategy: "random", Expect: traces.ExpectVerdict}, r, "")
	if x.Seed != 7 || x.Hash != r.Hash || x.BySeed || x.Verdict.Message != "this is not so" || x.Verdict.Signature != r.Verdict.Signature() {
		t.Errorf("%+v", x)
	}
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"main:queue.mu.1", " owner "} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	if name := x.FileName("random"); name != "demo-7.trace" {
		t.Error(name)
	}
	if name := x.FileName("pct"); name != "demo-random-7.trace" {
		t.Error(name)
	}
}

func TestSaveAndLoad(t *testing.T) {
	x, err := traces.Read(strings.NewReader(sample))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "traces", "new")
	path, err := x.Save(dir, x.FileName("random"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := traces.Load(path)
	if err != nil || again.Seed != x.Seed {
		t.Fatal(again, err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Error("something beside the trace is left in its directory:", entries, err)
	}

	// A file where the directory should be: nothing can be written below it.
	if path, err := x.Save(filepath.Join(path, "below"), "a.trace"); err == nil || !strings.Contains(err.Error(), "was not written") {
		t.Error(path, err)
	}
	if _, err := traces.Load(filepath.Join(dir, "none.trace")); err == nil {
		t.Error("a file that is not there was read")
	}
}

// The last events are left, and what there were is still told.
func TestTrim(t *testing.T) {
	x, err := traces.Read(strings.NewReader(sample))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{5, 1} {
		x.Trim(n)
		if want := min(n, 2); len(x.Events) != want || x.Events[want-1].Op != rt.OpProbe || x.Total != 412 {
			t.Errorf("trimmed to %d events: %d of %d are left; want %d of 412, the last ones", n, len(x.Events), x.Total, want)
		}
	}
}
