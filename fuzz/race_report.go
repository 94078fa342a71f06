package fuzz

// Reports of Go's race detector, as text: "WARNING: DATA RACE", two accesses with
// their stacks, and where the goroutines were made.

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

const raceBegin, raceBar = "WARNING: DATA RACE", "=================="

// raceEnvironment is GORACE for workers: every race is reported anew in every run
// of a seed, a worker finds the reports in a file, and does not linger at its end.
func raceEnvironment(log string) string {
	return "GORACE=suppress_equal_stacks=0 suppress_equal_addresses=0 halt_on_error=0 atexit_sleep_ms=0 log_path=" + log
}

// raceLog reads the reports of this process, as the detector writes them to
// LOG.PID, where LOG is log_path in GORACE.
type raceLog struct {
	path string
	read int64
}

func openRaceLog() *raceLog {
	for _, f := range strings.Fields(os.Getenv("GORACE")) {
		if log, ok := strings.CutPrefix(f, "log_path="); ok && log != "stderr" && log != "stdout" {
			return &raceLog{path: fmt.Sprintf("%s.%d", log, os.Getpid())}
		}
	}
	return new(raceLog)
}

// next is what was reported since it was last asked.
func (l *raceLog) next() string {
	if l.path == "" {
		return ""
	}
	text, err := os.ReadFile(l.path)
	if err != nil || int64(len(text)) < l.read {
		return ""
	}
	text = text[l.read:]
	l.read += int64(len(text))
	return string(text)
}

// firstRace is the first report in a log.
func firstRace(log string) string {
	i := strings.Index(log, raceBegin)
	if i < 0 {
		return ""
	}
	report := log[i:]
	if j := strings.Index(report, raceBar); j >= 0 {
		report = report[:j]
	}
	return strings.TrimSpace(report)
}

// raceSites are the places of the two accesses of a report, sorted, each with
// what it did: "read core/stage/write.go:88".
func raceSites(report string) []string {
	var sites []string
	lines := strings.Split(report, "\n")
	for i, l := range lines {
		access, ok := raceAccess(l)
		if !ok {
			continue
		}
		for j := i + 1; j+1 < len(lines) && strings.TrimSpace(lines[j]) != ""; j += 2 {
			name, at := strings.TrimSpace(lines[j]), strings.TrimSpace(lines[j+1])
			if strings.HasPrefix(name, "runtime.") || strings.HasPrefix(name, "brigade/core/rt.") {
				continue
			}
			at, _, _ = strings.Cut(at, " ")
			sites = append(sites, access+" "+sourcePath(at, name))
			break
		}
	}
	slices.Sort(sites)
	return sites
}

// raceAccess recognises the line that begins an access: "Previous write at 0x...
// by goroutine 7:".
func raceAccess(line string) (string, bool) {
	line = strings.TrimPrefix(strings.ToLower(line), "previous ")
	line = strings.TrimPrefix(line, "atomic ")
	for _, access := range []string{"write", "read"} {
		if strings.HasPrefix(line, access+" ") && strings.Contains(line, " by ") {
			return access, true
		}
	}
	return "", false
}

// raceSignature is the signature of a data race with this report.
func raceSignature(report string) string {
	sites := raceSites(report)
	if len(sites) == 0 {
		return "data-race"
	}
	return "data-race@" + strings.ReplaceAll(strings.Join(sites, ","), " ", ":")
}

// raceMessage says in a line what the report says in fifty.
func raceMessage(report string) string {
	sites := raceSites(report)
	if len(sites) == 0 {
		return "the race detector reported"
	}
	return "nothing orders " + strings.Join(sites, " and ")
}
