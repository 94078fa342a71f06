package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// test is one kind of load.
type test struct {
	name   string
	path   string
	args   []string // of wrk, or of h2load
	script string   // a wrk script
	two    bool     // it speaks HTTP/2, with h2load
	proxy  bool     // it is for what a backend has
}

var allTests = []test{
	{name: "k64", path: "/1k.bin", args: []string{"-c64"}},
	{name: "k1000", path: "/1k.bin", args: []string{"-c1000"}},
	{name: "f100k", path: "/100k.bin", args: []string{"-c64"}},
	{name: "pipe", path: "/1k.bin", args: []string{"-c64"}, script: pipelined},
	{name: "close", path: "/1k.bin", args: []string{"-c64", "-H", "Connection: close"}},
	{name: "proxy", path: proxied + "1k.bin", args: []string{"-c64"}, proxy: true},
	{name: "proxy100k", path: proxied + "100k.bin", args: []string{"-c64"}, proxy: true},
	{name: "proxypost", path: posts, args: []string{"-c64"}, script: posting, proxy: true},
	{name: "h2", path: "/1k.bin", args: []string{"-c16", "-m32"}, two: true},
}

// tool is what makes the load.
func (t test) tool() string {
	if t.two {
		return "h2load"
	}
	return "wrk"
}

// pipelined makes wrk send sixteen requests at a time.
const pipelined = `local all
init = function(args)
  local one = {}
  for i = 1, 16 do one[i] = wrk.format() end
  all = table.concat(one)
end
request = function() return all end
`

// posting makes wrk send content by a method that is not idempotent.
const posting = `wrk.method = "POST"
wrk.body = "content"
`

func testNames() (names []string) {
	for _, t := range allTests {
		names = append(names, t.name)
	}
	return names
}

// sample is one side of a pair.
type sample struct {
	requests float64
	rate     float64 // requests a second
	cpu      float64 // seconds of processor time of the server
	tail     float64 // 99th percentile of the latency, in seconds
	errors   int
}

// cost is processor seconds per 100,000 requests.
func (s sample) cost() float64 { return s.cpu / s.requests * 1e5 }

var (
	requestsLine = regexp.MustCompile(`(\d+) requests in`)
	tailLine     = regexp.MustCompile(`99%\s+([\d.]+)(us|ms|s)`)
	rateLine     = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)
	errorsLine   = regexp.MustCompile(`Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)`)
	statusLine   = regexp.MustCompile(`Non-2xx or 3xx responses: (\d+)`)

	succeededLine = regexp.MustCompile(`requests: .* (\d+) succeeded`)
	failedLine    = regexp.MustCompile(`requests: .* (\d+) failed`)
	finishedLine  = regexp.MustCompile(`finished in [^,]+, ([\d.]+) req/s`)
)

// measure loads s for d and reads what it cost.
func (t test) measure(s *server, d time.Duration) (sample, error) {
	args, err := t.command(s, d)
	if err != nil {
		return sample{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), d+30*time.Second)
	defer cancel()
	before, err := s.processorTime()
	if err != nil {
		return sample{}, err
	}
	out, err := exec.CommandContext(ctx, t.tool(), args...).CombinedOutput()
	if err != nil {
		return sample{}, fmt.Errorf("%s: %w: %s", t.tool(), err, bytes.TrimSpace(out))
	}
	after, err := s.processorTime()
	if err != nil {
		return sample{}, err
	}
	m := t.read(out)
	m.cpu = after - before
	if m.requests == 0 {
		return sample{}, fmt.Errorf("%s: no request of %s was answered: %s", s.name, t.name, bytes.TrimSpace(out))
	}
	return m, nil
}

// command is what the tool is told.
func (t test) command(s *server, d time.Duration) ([]string, error) {
	seconds := strconv.Itoa(int(max(d, time.Second) / time.Second))
	if t.two {
		return append(append([]string{"-t2", "-D", seconds}, t.args...), s.two+t.path), nil
	}
	args := append([]string{"-t2", "--latency", "-d", seconds + "s"}, t.args...)
	if t.script != "" {
		name := filepath.Join(s.dir, t.name+".lua")
		if err := os.WriteFile(name, []byte(t.script), 0o644); err != nil {
			return nil, err
		}
		args = append(args, "-s", name)
	}
	return append(args, s.url+t.path), nil
}

// read takes the figures out of what the tool printed. h2load tells no percentile.
func (t test) read(out []byte) sample {
	if t.two {
		return sample{
			requests: number(succeededLine, out), rate: number(finishedLine, out), errors: int(number(failedLine, out)),
		}
	}
	m := sample{requests: number(requestsLine, out), rate: number(rateLine, out), tail: latency(out)}
	if e := errorsLine.FindSubmatch(out); e != nil {
		for _, b := range e[1:] {
			n, _ := strconv.Atoi(string(b))
			m.errors += n
		}
	}
	m.errors += int(number(statusLine, out))
	return m
}

// latency is the 99th percentile that wrk tells, in seconds.
func latency(out []byte) float64 {
	m := tailLine.FindSubmatch(out)
	if m == nil {
		return 0
	}
	d, err := time.ParseDuration(string(m[1]) + string(m[2]))
	if err != nil {
		return 0
	}
	return d.Seconds()
}

func number(re *regexp.Regexp, out []byte) float64 {
	m := re.FindSubmatch(out)
	if m == nil {
		return 0
	}
	x, _ := strconv.ParseFloat(string(m[1]), 64)
	return x
}
