package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"brigade/core/rt"
	"brigade/fuzz/scenario"
	"brigade/sim"
)

// programVariable makes this test's binary the program itself, with scenarios of
// its own, so that exit statuses and worker processes are real.
const programVariable = "BRIGADE_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(programVariable) != "" {
		os.Exit(run(os.Args[1:], os.Stdout, os.Stderr, demos()))
	}
	os.Exit(m.Run())
}

func demos() scenario.Set {
	program := func(f func()) func(*scenario.Env) func() { return func(*scenario.Env) func() { return f } }
	set := scenario.Set{
		{Name: "held", Story: "two tasks count", Prepare: program(func() { count(2) })},
		{Name: "property", Story: "a checker speaks", Prepare: program(func() { count(2); sim.Failf("I15", "the cup is empty") })},
		{Name: "assertion", Story: "an update is lost", Prepare: program(lostUpdate)},
		{Name: "panic", Story: "a task panics", Prepare: program(func() { count(2); panic("enough") })},
		{Name: "deadlock", Story: "a task locks twice", Prepare: program(func() {
			var mu rt.Mutex
			mu.Lock()
			mu.Lock()
		})},
		{Name: "foreign", Story: "a goroutine that is no task", Prepare: program(func() {
			done := make(chan struct{})
			var x rt.Int64
			go func() { defer close(done); x.Add(1) }()
			<-done
			count(2)
		})},
	}
	set = append(set, hoarding())
	if interrupting != nil {
		set = append(set, interrupting()...)
	}
	return set
}

// interrupting makes scenarios that interrupt the campaign, where asked for; nil:
// this system has no such signals.
var interrupting func() scenario.Set

func count(n int) {
	var x rt.Int64
	var wg rt.WaitGroup
	for range n {
		wg.Go("adder", func() { x.Add(1) })
	}
	wg.Wait()
}

func lostUpdate() {
	var x rt.Int64
	var wg rt.WaitGroup
	for range 2 {
		wg.Go("adder", func() { x.Store(x.Load() + 1) })
	}
	wg.Wait()
	if n := x.Load(); n != 2 {
		rt.Bug("x is %d after two additions", n)
	}
}

// brigade runs the program in dir and returns what it printed and its exit status.
func brigade(t *testing.T, dir string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(path, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), programVariable+"=1", "GORACE=atexit_sleep_ms=0")
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	var exit *exec.ExitError
	if err := c.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), c.ProcessState.ExitCode()
}

func TestExitStatus(t *testing.T) {
	for _, c := range []struct {
		args string
		want int
	}{
		{"fuzz held", 0},
		{"fuzz property", 2},
		{"fuzz assertion", 3},
		{"fuzz panic", 4},
		{"fuzz deadlock", 5},
		{"fuzz foreign", 6},
		{"fuzz deadlock panic", 4},
		{"fuzz", 2},
	} {
		out, errs, status := brigade(t, t.TempDir(), append(strings.Fields(c.args), "--seeds", "20", "-j", "2")...)
		if status != c.want {
			t.Errorf("brigade %s: exit status %d, want %d\n%s%s", c.args, status, c.want, out, errs)
		}
	}
}

func TestUsage(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.trace")
	if err := os.WriteFile(bad, []byte("hello\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ args, want string }{
		{"fuzz nothing", `there is no scenario "nothing"; there are: held, property,`},
		{"fuzz held held", `scenario "held" is named twice`},
		{"fuzz --strategy luck", `there is no strategy "luck"; there are: portfolio, random`},
		{"fuzz --engine steam", `there is no engine "steam"; there are: coroutines, baton`},
		{"fuzz --seeds 0", "--seeds must be at least 1"},
		{"fuzz --seeds -3", `--seeds is "-3"; a number from 0 to 2^64-1 is meant`},
		{"fuzz --for 5", `--for is "5"; a time with its unit, such as 30s or 10m is meant`},
		{"fuzz --resume /dev/full", "a campaign cannot be kept in /dev/full, which is a device"},
		{"fuzz --traces /dev/null", "--traces is /dev/null, which is no directory"},
		{"fuzz --report /dev/null", "--report is /dev/null, which is no directory"},
		{"replay --scenario held --seed 1 --step -2", "--step is -2; a run's steps are numbered from 0"},
		{"replay /dev/zero", "/dev/zero: line 1: a line may have 16777216 bytes"},
		{"script /dev/zero", "/dev/zero is no script"},
		{"script --seeds 0", "--seeds must be at least 1"},
		{"shrink --for -1s x.trace", "--for must be longer than nothing"},
		{"check crew --for -5s", "--for must be longer than nothing"},
		{"fuzz --for 0s", "--for must be longer than nothing"},
		{"fuzz --seed twelve", "a seed is a number from 0 to 2^64-1"},
		{"fuzz -j 0", "-j is 0; there can be 1 to 4096 workers"},
		{"fuzz --nonsense", "unknown flag: --nonsense"},
		{"fuzz --faults gremlins=1", "no fault is called \"gremlins\"; there are short-read,"},
		{"fuzz --faults rst", `fault profile "rst": "rst" is not of the form fault=chance`},
		{"fuzz --faults rst=2", "the chance \"2\" of rst is not a number from 0 to 1"},
		{"fuzz --until-new-below 0", "--until-new-below is 0; a probability between 0 and 1 is meant"},
		{"fuzz --until-new-below 0.1 --orders=false", "--until-new-below needs --orders"},
		{"fuzz --resume a --twice", "--resume and --twice exclude each other"},
		{"fuzz --resume=", "--resume needs the name of a file or a directory"},
		{"fuzz --resume " + bad, "bad.trace is no campaign's state: invalid character 'h'"},
		{"fizz", `unknown command "fizz" for "brigade"`},
		{"list more", "unknown command"},
		{"replay", "replay needs a trace file, or both --scenario and --seed"},
		{"replay --scenario held", "replay needs a trace file, or both --scenario and --seed"},
		{"replay none.trace", "none.trace"},
		{"replay " + bad, `bad.trace: line 1: found "hello"; a trace begins with`},
		{"replay a --seed 1", "a trace file says its scenario and seed"},
		{"replay a --strict --best-effort", "--strict and --best-effort exclude each other"},
		{"replay --scenario nothing --seed 1", `there is no scenario "nothing"`},
		{"replay --scenario held --seed 0x", "a seed is a number"},
		{"replay --scenario held --seed 1 --race=x", `--race is "x"; true or false is meant`},
		{"replay a --break (", "--break: error parsing regexp"},
		{"fuzz --shrink -1", "--shrink is -1; it must be 0 or more"},
		{"shrink", "brigade shrink takes one trace file, and 0 are named"},
		{"shrink " + bad, `bad.trace: line 1: found "hello"`},
		{"shrink a.trace --runs 0", "--runs is 0; it must be at least 1"},
		{"view none.trace", "none.trace"},
		{"view a.trace --width 20", "--width is 20; a timeline needs at least 60"},
	} {
		out, errs, status := brigade(t, t.TempDir(), strings.Fields(c.args)...)
		if status != 1 || out != "" || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, c.want) {
			t.Errorf("brigade %s: status %d, stdout %q, stderr %q; want status 1 and one line with %q", c.args, status, out, errs, c.want)
		}
	}
}

var anyHash = regexp.MustCompile(`event hash 0x[0-9a-f]{16}`)

// The block of a failure, and that its command, pasted, shows the failure again.
func TestFailureBlock(t *testing.T) {
	dir := t.TempDir()
	out, _, status := brigade(t, dir, "fuzz", "assertion", "--seeds", "0x14", "--seed", "0x10")
	if status != 3 {
		t.Fatalf("status %d\n%s", status, out)
	}
	lines := strings.Split(out, "\n")
	if len(lines) < 6 {
		t.Fatal(out)
	}
	for i, want := range []string{
		`^assertion: x is 1 after two additions          (cmd/brigade/)?main_test.go:\d+, step \d+$`,
		`^  scenario assertion   strategy portfolio   seed 0x[0-9a-f]+   commit \S+   go1\.\d+\S*   seen \d+ times$`,
		`^  replay   .+ replay (traces/new/assertion-[0-9a-f]+\.trace)$`,
		`^  shrink   .+ shrink (traces/new/assertion-[0-9a-f]+\.trace)    \(1 of \d+ choices? matter\)$`,
		`^  view     .+ view   (traces/new/assertion-[0-9a-f]+\.trace)$`,
		`^$`,
		`^\d+ failures of one kind: 20 runs of 1 scenario in \S+ \([\d,]+/s\)$`,
	} {
		if !regexp.MustCompile(want).MatchString(lines[i]) {
			t.Errorf("line %d is %q, want %s", i+1, lines[i], want)
		}
	}
	path := regexp.MustCompile(`traces/new/\S+`).FindString(out)
	again, errs, status := brigade(t, dir, "replay", path)
	if status != 3 || !strings.Contains(again, "strict: the same run, event for event") {
		t.Errorf("status %d\n%s%s", status, again, errs)
	}
	again, errs, status = brigade(t, dir, "replay", path, "--best-effort", "--json")
	var report struct {
		Mode, Verdict string
		EventHash     string `json:"event_hash"`
		TraceHash     string `json:"trace_hash"`
		Same          bool
		Exit          int
	}
	if err := json.Unmarshal([]byte(again), &report); err != nil || status != 3 || !report.Same || report.Mode != "best-effort" ||
		report.Exit != 3 || report.Verdict != "assertion" || report.EventHash != report.TraceHash {
		t.Errorf("%v, status %d\n%s%s", err, status, again, errs)
	}
	seed := regexp.MustCompile(`seed (0x[0-9a-f]+)`).FindStringSubmatch(out)[1]
	bySeed, errs, status := brigade(t, dir, "replay", "--scenario", "assertion", "--seed", seed, "--traces", "whole")
	if status != 3 || !anyHash.MatchString(bySeed) {
		t.Errorf("status %d\n%s%s", status, bySeed, errs)
	}
	whole, _, _ := brigade(t, dir, "replay", "whole/"+filepath.Base(path))
	if anyHash.FindString(whole) != anyHash.FindString(bySeed) || anyHash.FindString(whole) == "event hash "+report.EventHash {
		t.Errorf("the seed's run and its trace's are one, the shrunk one is another:\n%s\n%s", bySeed, whole)
	}
}

// A trace that is not of this build's run: strict says so with 6.
func TestReplayOfAnother(t *testing.T) {
	dir := t.TempDir()
	out, _, _ := brigade(t, dir, "fuzz", "assertion", "--seeds", "20")
	path := filepath.Join(dir, regexp.MustCompile(`traces/new/\S+`).FindString(out))
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := regexp.MustCompile(`(?m)^(main\S*) (\S+) (\S+) \d+ -> `).ReplaceAll(text, []byte("$1 $2 $3 9999 -> "))
	if err := os.WriteFile(path, changed, 0o600); err != nil {
		t.Fatal(err)
	}
	out, _, status := brigade(t, dir, "replay", path)
	if status != 6 || !strings.Contains(out, "departures found no match; the first: main") {
		t.Errorf("status %d\n%s", status, out)
	}
	out, _, status = brigade(t, dir, "replay", path, "--best-effort")
	if status != 0 || !strings.Contains(out, "no match: main") {
		t.Errorf("status %d\n%s", status, out)
	}
}

func TestFuzzJSON(t *testing.T) {
	dir := t.TempDir()
	hash := ""
	for _, workers := range []string{"1", "3"} {
		out, errs, status := brigade(t, dir, "fuzz", "--seeds", "25", "--seed", "7", "--json", "-j", workers)
		var report struct {
			Runs, Steps int
			EventHash   string `json:"event_hash"`
			Failures    []struct {
				Invariant, Scenario, Strategy, Trace, Verdict, Signature, Message string
				Seed                                                              uint64
				Count                                                             int
			}
		}
		if err := json.Unmarshal([]byte(out), &report); err != nil || errs != "" || strings.Count(out, "\n") != 1 {
			t.Fatalf("%v\n%s%s", err, out, errs)
		}
		if status != 2 || report.Runs != 25*6 || len(report.Failures) != 5 || hash != "" && report.EventHash != hash {
			t.Errorf("status %d, earlier hash %s\n%s", status, hash, out)
		}
		hash = report.EventHash
		for _, f := range report.Failures {
			if _, err := os.Stat(filepath.Join(dir, f.Trace)); err != nil || f.Count < 1 || f.Message == "" || f.Signature == "" {
				t.Errorf("%+v: %v", f, err)
			}
		}
	}
}

func TestList(t *testing.T) {
	var out, errs bytes.Buffer
	if status := run([]string{"list"}, &out, &errs, demos()); status != 0 || !strings.Contains(out.String(), "deadlock   a task locks twice") {
		t.Error(status, out.String(), errs.String())
	}
	out.Reset()
	var report struct {
		Scenarios  []struct{ Name, Story string }
		Strategies []string
	}
	status := run([]string{"list", "--json"}, &out, &errs, demos())
	if err := json.Unmarshal(out.Bytes(), &report); err != nil || status != 0 || len(report.Scenarios) != len(demos()) || len(report.Strategies) == 0 {
		t.Error(status, err, out.String())
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[uint64]string{0: "0 runs", 1: "1 run", 999: "999 runs", 1000: "1,000 runs", 1234567: "1,234,567 runs"} {
		if got := plural(n, "run"); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	for in, want := range map[string]string{"a": "a", "a b": "'a b'", "it's": `'it'\''s'`} {
		if got := quoted(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	for in, want := range map[string]uint64{"12": 12, "0x5ee1": 0x5ee1, "0X10": 16, "18446744073709551615": ^uint64(0)} {
		var v seedValue
		if err := v.Set(in); err != nil || v.n != want {
			t.Error(in, err, v.n)
		}
	}
	for _, in := range []string{"", "-1", "0x", "1e3", "0b1", "18446744073709551616", "07x"} {
		if err := new(seedValue).Set(in); err == nil {
			t.Errorf("%q was taken as the seed", in)
		}
	}
	if got := fmt.Sprint(&seedValue{n: 255, set: true}); got != "0xff" {
		t.Error(got)
	}
}
