package main

// What people read at the end: the summary, and a block for each kind of failure
// with commands to paste.

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"brigade/fuzz"
)

// summarise prints what a campaign showed.
func (p *program) summarise(s *fuzz.Summary) {
	for _, f := range s.Findings {
		p.block(f, s)
	}
	result := "all held"
	if len(s.Findings) > 0 {
		result = fmt.Sprintf("%s of %s kinds", plural(uint64(s.Failed), "failure"), grouped(uint64(len(s.Findings))))
		if len(s.Findings) == 1 {
			result = plural(uint64(s.Failed), "failure") + " of one kind"
		}
	}
	if s.Runs == 0 {
		result = "nothing was run"
	}
	switch {
	case s.Interrupted:
		result += ", interrupted"
	case s.Saturated:
		result += ", little new to see"
	}
	p.printf("%s: %s of %s in %s (%s/s)\n", result, plural(s.Runs, "run"), plural(uint64(len(s.Scenarios)), "scenario"),
		short(s.Real), rate(s.Runs, s.Real))
	p.printf("  %s (%s/s), %s, %s simulated, %s of processor time\n", plural(s.Steps, "step"), rate(s.Steps, s.Real),
		plural(s.Exchanges, "exchange"), short(s.Virtual), short(s.CPU))
	p.printf("  a processor second: %s runs, %s exchanges, %.0f seconds simulated; %.0f steps a run\n",
		grouped(uint64(s.PerCPU(s.Runs))), grouped(uint64(s.PerCPU(s.Exchanges))), s.Speedup(), s.StepsPerRun())
	if s.Ordered {
		about := ""
		if !s.OrdersExact {
			about = "about "
		}
		p.printf("  %s%s; the next run shows a new one with a probability of %.3g\n", about, plural(s.Orders, "different order"), s.New)
	}
	p.printf("  seeds from %#x, strategy %s, event hash %s, build %s, %s\n", s.First, s.Strategy, s.EventHash(), s.Build, s.Go)
	if s.Lost > 0 {
		p.printf("  %s died and was replaced; see the failures above\n", plural(uint64(s.Lost), "worker process"))
	}
}

// block prints one finding.
func (p *program) block(f *fuzz.Finding, s *fuzz.Summary) {
	p.printf("%s\n", headline(&f.Failure))
	p.printf("  scenario %s   strategy %s   seed %#x   commit %s   %s", f.Scenario, f.Strategy, f.Seed, s.Build, s.Go)
	if f.Count > 1 {
		p.printf("   seen %s times", grouped(uint64(f.Count)))
	}
	p.printf("\n")
	if f.Error != "" {
		p.printf("  %s\n", f.Error)
	}
	p.printf("  replay   %s\n", replayCommand(&f.Failure, f.Path))
	if f.Path != "" {
		p.printf("  shrink   %s shrink %s%s\n", self(), quoted(f.Path), matter(f))
		p.printf("  view     %s view   %s\n", self(), quoted(f.Path))
	}
	if len(f.Among) > 1 {
		p.printf("  seen in  %s\n", among(f))
	}
	if f.Drawn != "" {
		p.printf("  drawn    %s\n", f.Drawn)
	}
	p.printf("\n")
}

// among says in which scenarios a failure was seen.
func among(f *fuzz.Finding) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(f.Among)) {
		parts = append(parts, fmt.Sprintf("%s %s", name, grouped(uint64(f.Among[name]))))
	}
	return strings.Join(parts, ", ")
}

// matter says how many of a failure's choices are left in its trace.
func matter(f *fuzz.Finding) string {
	if f.Unshrunk != "" {
		return "    (not done: " + strings.Join(strings.Fields(f.Unshrunk), " ") + ")"
	}
	if f.Reduced == nil {
		return ""
	}
	return fmt.Sprintf("    (%d of %s matter)", f.Reduced.After.Total(), plural(uint64(f.Reduced.Before.Total()), "choice"))
}

// headline says what broke, where and when.
func headline(f *fuzz.Failure) string {
	text := f.Verdict
	if f.Invariant != "" {
		text += " " + f.Invariant
	}
	text += ": " + strings.Join(strings.Fields(f.Message), " ")
	_, where, found := strings.Cut(f.Signature, "@")
	if !found {
		where = f.Task
	}
	var at []string
	if where != "" && f.Verdict != "data-race" {
		at = append(at, where)
	}
	if f.Step > 0 {
		at = append(at, "step "+strconv.Itoa(f.Step))
	}
	if len(at) > 0 {
		text += "          " + strings.Join(at, ", ")
	}
	return text
}

// replayCommand is what to paste to see a failure again.
func replayCommand(f *fuzz.Failure, path string) string {
	if path != "" {
		return self() + " replay " + quoted(path)
	}
	command := fmt.Sprintf("%s replay --scenario %s --seed %#x", self(), f.Scenario, f.Seed)
	if f.Strategy != fuzz.DefaultStrategy {
		command += " --strategy " + f.Strategy
	}
	if f.Verdict == "data-race" {
		command += " --race"
	}
	return command
}

// self is how this program was started: by its name, or by go run.
func self() string {
	if path, err := os.Executable(); err != nil || strings.Contains(filepath.ToSlash(path), "/go-build") {
		return "go run ./cmd/brigade"
	}
	return quoted(os.Args[0])
}

// quoted makes s one word for a shell.
func quoted(s string) string {
	if strings.ContainsAny(s, " \t\n'\"$&|;()<>*?[]#~`\\!{}") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}

// grouped writes n with commas.
func grouped(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func plural(n uint64, what string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(what, "s"):
		what += "es"
	default:
		what += "s"
	}
	return grouped(n) + " " + what
}

func rate(n uint64, d time.Duration) string {
	if d <= 0 {
		return "0"
	}
	return grouped(uint64(float64(n) / d.Seconds()))
}

// short writes d with as many digits as people read.
func short(d time.Duration) string {
	switch {
	case d >= time.Minute:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Millisecond).String()
}
