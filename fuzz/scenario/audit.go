package scenario

// The log, read back (I23). When a server has gone that had a log and no fault,
// each line of the file has the combined format, and each response that a client
// saw whole has a line of its own with its status, its length and, if the client
// knows, its target. Lines may be more: of what a client left before its end.

import (
	"fmt"
	"regexp"
	"strconv"

	"brigade/sim"
)

// sight is a response as its client saw it.
type sight struct {
	target string // empty: not told
	status int
	bytes  int // head included
}

// combined is a line of the log; its groups are the target, the status and the bytes.
var combined = regexp.MustCompile(`^127\.0\.0\.1 - - \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] ` +
	`"(?:-|(?:[!#-~]+ ([!#-~]+) HTTP/(?:1\.[01]|2\.0)))" (\d{3}) (\d+) "[ !#-~]+" "[ !#-~]+"(?: received=\d+)?(?: backend=\S+ why="[ !#-~]+")?$`)

// audit compares the log with what clients saw.
func (s *site) audit(b *book) {
	if lines, bytes := b.log.Lost(); lines > 0 || bytes > 0 || b.deserted {
		return // they are counted, and which they were nobody knows
	}
	text, why := b.text()
	if why == "" {
		why = s.env.refutes(text)
	}
	if why != "" {
		sim.Failf("I23", why)
	}
}

// refutes says what is wrong with the log; empty: nothing.
//
//go:norace
func (e *Env) refutes(log []byte) string {
	if e.seen > len(e.sights) {
		return ""
	}
	return refuted(log, e.sights[:e.seen])
}

func refuted(log []byte, seen []sight) string {
	full, partial := make(map[sight]int), make(map[sight]int)
	for i := 1; len(log) > 0; i++ {
		end := 0
		for end < len(log) && log[end] != '\n' {
			end++
		}
		m := combined.FindSubmatch(log[:end])
		if m == nil || end == len(log) {
			return fmt.Sprintf("line %d of the log is %q, which is not a line in combined format", i, log[:end])
		}
		status, _ := strconv.Atoi(string(m[2]))
		bytes, _ := strconv.Atoi(string(m[3]))
		full[sight{string(m[1]), status, bytes}]++
		partial[sight{"", status, bytes}]++
		log = log[end+1:]
	}
	for _, x := range seen {
		if x.status < 200 {
			continue // an interim response is a part of the final one
		}
		lines := full
		if x.target == "" {
			lines = partial
		}
		if lines[x]--; lines[x] < 0 {
			return fmt.Sprintf("a client saw status %d of %d bytes for %q, and the log has no such line, or too few", x.status, x.bytes, x.target)
		}
	}
	return ""
}
