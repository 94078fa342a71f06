package fuzz

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"brigade/sim"
)

// serve gives a worker these lines and returns its results.
func serve(t *testing.T, lines string) ([]Result, error) {
	t.Helper()
	var out bytes.Buffer
	err := Serve(strings.NewReader(lines), &out, kernels(), func(int) { t.Error("the worker would exit") })
	var results []Result
	for d := json.NewDecoder(&out); d.More(); {
		var r Result
		if err := d.Decode(&r); err != nil {
			t.Fatal(err)
		}
		results = append(results, r)
	}
	return results, err
}

func TestWorkerRefuses(t *testing.T) {
	for _, c := range []struct{ in, result, err string }{
		{`{"unit":{"id":1,"build":"BUILD","scenario":"none","strategy":"random","engine":"coroutines","count":1}}`, `there is no scenario "none"`, ""},
		{`{"unit":{"id":1,"build":"other","scenario":"ping","strategy":"random","engine":"coroutines","count":1}}`, "the unit is for build other; this worker is of build", ""},
		{`{"unit":{"id":1,"build":"BUILD","scenario":"ping","strategy":"luck","engine":"coroutines","count":1}}`, `there is no strategy "luck"; there are: portfolio, random`, ""},
		{`hello`, "", "what came in is no message"},
	} {
		results, err := serve(t, strings.Replace(c.in, "BUILD", build(), 1))
		if c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%s: %v, want %s", c.in, err, c.err)
		}
		if c.result != "" && (err != nil || len(results) != 1 || !strings.Contains(results[0].Error, c.result)) {
			t.Errorf("%s: %+v (%v), want %s", c.in, results, err, c.result)
		}
	}
}

// A hang is told with what was done before it, as the worker's last word.
func TestHangIsTold(t *testing.T) {
	var out bytes.Buffer
	w := &worker{set: kernels(), runner: NewRunner(), races: new(raceLog), out: json.NewEncoder(&out), sent: make(map[string]bool)}
	j := Job{Scenario: kernels()[0], Strategy: DefaultStrategy, Engine: DefaultEngine, Seed: 9}
	w.result = Result{ID: 4, Done: 2, Counts: Counts{Runs: 2}}
	w.job = j
	w.hang(&sim.Verdict{Kind: sim.Hang, Invariant: "I11", Message: "it never yields"})
	var r Result
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if r.ID != 4 || r.Done != 3 || !r.Last || r.Counts.Runs != 3 || len(r.Failures) != 1 || r.Failures[0].Seed != 9 || r.Failures[0].Verdict != "hang" || r.Failures[0].Trace == "" {
		t.Errorf("%+v", r)
	}
}

const raceReport = `==================
WARNING: DATA RACE
Write at 0x00c000012345 by goroutine 8:
  brigade/core/rt.(*Mutex).Lock()
      /src/core/rt/lock.go:20 +0x44
  brigade/core/stage.(*conn).write()
      /src/core/stage/write.go:88 +0x44

Previous read at 0x00c000012345 by goroutine 7:
  brigade/core/stage.(*conn).read.func1()
      /src/core/stage/read.go:12 +0x30

Goroutine 8 (running) created at:
  brigade/sim.(*Sim).Spawn()
      /src/sim/calls.go:60 +0x1
==================
`

func TestRaceReport(t *testing.T) {
	first := firstRace("noise\n" + raceReport + strings.ReplaceAll(raceReport, "write.go", "other.go"))
	if !strings.HasPrefix(first, raceBegin) || strings.Contains(first, "other.go") {
		t.Errorf("first report:\n%s", first)
	}
	if got, want := raceSignature(first), "data-race@read:core/stage/read.go:12,write:core/stage/write.go:88"; got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
	if got, want := raceMessage(first), "nothing orders read core/stage/read.go:12 and write core/stage/write.go:88"; got != want {
		t.Errorf("message %s, want %s", got, want)
	}
	clean := cleanStack(first)
	for _, gone := range []string{"/src/", "0x", "oroutine 8", "oroutine 7"} {
		if strings.Contains(clean, gone) {
			t.Errorf("%q is left in\n%s", gone, clean)
		}
	}
	if raceSignature(clean) != raceSignature(first) || cleanStack(clean) != clean {
		t.Errorf("cleaning changed what the report says:\n%s", clean)
	}
	if got := raceSignature(""); got != "data-race" {
		t.Error(got)
	}
}

func TestCleanStack(t *testing.T) {
	const stack = `goroutine 23 [running]:
runtime/debug.Stack()
	/usr/local/go/src/runtime/debug/stack.go:26 +0x5e
panic({0x5a9ec0?, 0x3b559ec28100?})
	/usr/local/go/src/runtime/panic.go:860 +0x13a
brigade/core/stage.(*conn).write(0x3b559ece8200, 0x1)
	/home/someone/some where/core/stage/write.go:88 +0x44
created by iter.Pull[...] in goroutine 1
	/usr/local/go/src/iter/iter.go:271 +0x90
`
	const want = `goroutine 1 [running]:
runtime/debug.Stack()
	runtime/debug/stack.go:26
panic(...)
	runtime/panic.go:860
brigade/core/stage.(*conn).write(...)
	core/stage/write.go:88
created by iter.Pull[...] in goroutine 2
	iter/iter.go:271`
	if got := cleanStack(stack); got != want || cleanStack(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	v := sim.Verdict{Kind: sim.Panic, Stack: want}
	if got := v.Signature(); got != "panic@core/stage/write.go:88" {
		t.Error("signature of a clean stack:", got)
	}
}

func TestClasses(t *testing.T) {
	want := map[sim.VerdictKind]Class{
		sim.Held: 0, sim.Property: 2, sim.Assertion: 3, sim.Panic: 4, sim.DataRace: 4,
		sim.Deadlock: 5, sim.LostWakeup: 5, sim.Hang: 5, sim.Livelock: 5, sim.Foreign: 6, sim.Nondeterminism: 6,
	}
	for kind, class := range want {
		if got := classOfName(kind.String()); got != class {
			t.Errorf("%s: exit status %d, want %d", kind, got, class)
		}
	}
	if len(want) != int(sim.Nondeterminism)+1 {
		t.Error("a verdict has no class of its own")
	}
}
