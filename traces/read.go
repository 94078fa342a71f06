package traces

// Reading, strictly: what Write did not write is an error that says in which
// line, what stands there and what may.

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"brigade/core/rt"
	"brigade/sim/schedule"
)

// maxLine bounds a line; the longest are stacks' and messages'.
const maxLine = 16 << 20

// Error is why a text is not a trace.
type Error struct {
	Line int
	Err  error
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap gives the reason.
func (e *Error) Unwrap() error { return e.Err }

// Read reads a trace.
func Read(r io.Reader) (*Trace, error) {
	p := &reader{in: bufio.NewScanner(r)}
	p.in.Buffer(nil, maxLine)
	t := new(Trace)
	if err := p.read(t); err != nil {
		return nil, &Error{p.line, err}
	}
	return t, nil
}

type reader struct {
	in   *bufio.Scanner
	line int
}

func (p *reader) read(t *Trace) error {
	if err := p.version(); err != nil {
		return err
	}
	for _, f := range fields() {
		s, err := p.field(f.name)
		if err == nil {
			err = named(f.name, f.read(t, s))
		}
		if err != nil {
			return err
		}
	}
	if err := p.stack(t); err != nil {
		return err
	}
	if err := p.departures(t); err != nil {
		return err
	}
	if err := p.events(t); err != nil {
		return err
	}
	if s, err := p.next("the line \"end\""); err != nil || s != "end" {
		return orElse(err, fmt.Errorf("found %q, want the line \"end\"", cut(s)))
	}
	if s, err := p.next(""); !errors.Is(err, io.ErrUnexpectedEOF) {
		return orElse(err, fmt.Errorf("found %q after the line \"end\", which must be the last", cut(s)))
	}
	return nil
}

// next is the next line; want is what it has to be, for the error where there is
// none.
func (p *reader) next(want string) (string, error) {
	p.line++
	if p.in.Scan() {
		return p.in.Text(), nil
	}
	if errors.Is(p.in.Err(), bufio.ErrTooLong) {
		return "", fmt.Errorf("a line may have %d bytes, this one has more", maxLine)
	}
	if err := p.in.Err(); err != nil {
		return "", err
	}
	return "", fmt.Errorf("the trace ends here, want %s: %w", want, io.ErrUnexpectedEOF)
}

func (p *reader) version() error {
	s, err := p.next("the line \"" + magic + strconv.Itoa(Version) + "\"")
	if err != nil {
		return err
	}
	v, ok := strings.CutPrefix(s, magic)
	if !ok {
		return fmt.Errorf("found %q; a trace begins with the line \"%s%d\"", cut(s), magic, Version)
	}
	if v != strconv.Itoa(Version) {
		return fmt.Errorf("this is format version %q; this build reads version %d", cut(v), Version)
	}
	return nil
}

// field is the text of the next line, which is the one called name.
func (p *reader) field(name string) (string, error) {
	s, err := p.next("the line \"" + name + "\"")
	if err != nil {
		return "", err
	}
	found, text, _ := strings.Cut(s, " ")
	if found != name {
		return "", fmt.Errorf("found the line %q, want %q; the lines are, in order: %s", cut(found), name, order())
	}
	return strings.TrimLeft(text, " "), nil
}

func order() string {
	var names []string
	for _, f := range fields() {
		names = append(names, f.name)
	}
	return strings.Join(append(names, "stack", "departures", "events", "end"), ", ")
}

func (p *reader) stack(t *Trace) error {
	s, err := p.field("stack")
	if err != nil {
		return err
	}
	n, err := parseCount(s)
	if err != nil {
		return named("stack", err)
	}
	var lines []string
	for i := range n {
		s, err := p.next(fmt.Sprintf("line %d of %d of the stack", i+1, n))
		if err != nil {
			return err
		}
		text, ok := strings.CutPrefix(s+" ", "| ")
		if !ok {
			return fmt.Errorf("found %q, want line %d of %d of the stack, which begins with \"| \"", cut(s), i+1, n)
		}
		text, err = unquoteText(strings.TrimSuffix(text, " "))
		if err != nil {
			return named("stack", err)
		}
		lines = append(lines, text)
	}
	t.Verdict.Stack = strings.Join(lines, "\n")
	return nil
}

func (p *reader) departures(t *Trace) error {
	s, err := p.field("departures")
	if err != nil {
		return err
	}
	n, err := parseCount(s)
	if err != nil {
		return named("departures", err)
	}
	for i := range n {
		s, err := p.next(fmt.Sprintf("departure %d of %d", i+1, n))
		if err != nil {
			return err
		}
		d, err := parseDeparture(s)
		if err != nil {
			return err
		}
		t.Departures = append(t.Departures, d)
	}
	return nil
}

func parseDeparture(s string) (schedule.Departure, error) {
	var d schedule.Departure
	w, err := splitWords(s)
	if err != nil {
		return d, fmt.Errorf("departure %q: %w", cut(s), err)
	}
	if len(w) != 6 || w[4] != arrow {
		return d, fmt.Errorf("found %q, want a departure: task object operation count -> value", cut(s))
	}
	n, err := strconv.ParseUint(w[3], 10, 32)
	if err != nil {
		return d, fmt.Errorf("departure %q: the count %q must be a number from 0 to %d", cut(s), w[3], uint32(math.MaxUint32))
	}
	d.Key = schedule.Key{Task: w[0], Object: w[1], Op: w[2], N: uint32(n)}
	d.Value = w[5]
	return d, nil
}

func (p *reader) events(t *Trace) error {
	s, err := p.field("events")
	if err != nil {
		return err
	}
	part, whole, ok := strings.Cut(s, " of ")
	if !ok {
		return fmt.Errorf("events: found %q, want \"KEPT of TOTAL\"", cut(s))
	}
	n, err := parseCount(part)
	if err != nil {
		return named("events", err)
	}
	if t.Total, err = parseCount(whole); err != nil {
		return named("events", err)
	}
	if n > t.Total {
		return fmt.Errorf("events: %d kept of %d; no more can be kept than there were", n, t.Total)
	}
	for i := range n {
		s, err := p.next(fmt.Sprintf("event %d of %d", i+1, n))
		if err != nil {
			return err
		}
		e, err := parseEvent(s)
		if err != nil {
			return fmt.Errorf("event %q: %w", cut(s), err)
		}
		t.Events = append(t.Events, e)
	}
	return nil
}

func parseEvent(s string) (e Event, err error) {
	w, err := splitWords(s)
	if err != nil {
		return e, err
	}
	if len(w) < 5 || len(w) > 5+len(e.Words) {
		return e, fmt.Errorf("%d words, want 5 to %d: time step operation task object, and what it was about", len(w), 5+len(e.Words))
	}
	if e.Time, err = parseSeconds(w[0]); err != nil {
		return e, err
	}
	if e.Step, err = parseCount(w[1]); err != nil {
		return e, named("step", err)
	}
	var ok bool
	if e.Op, ok = rt.ParseOp(w[2]); !ok {
		return e, fmt.Errorf("%q is not the name of an operation", w[2])
	}
	e.Task, e.Object = w[3], w[4]
	for i, x := range w[5:] {
		if i == 0 && isCall(e.Op) {
			e.Words[i], err = parseDescriptor(x)
		} else {
			e.Words[i], err = parseNumber(x)
		}
		if err != nil {
			return e, err
		}
	}
	return e, nil
}

func parseDescriptor(s string) (uint64, error) {
	process, fd, ok := strings.Cut(s, ":")
	p, err := strconv.ParseUint(process, 10, 32)
	f, err2 := strconv.ParseInt(fd, 10, 32)
	if !ok || err != nil || err2 != nil {
		return 0, fmt.Errorf("%q is not PROCESS:DESCRIPTOR", s)
	}
	return p<<32 | uint64(uint32(f)), nil
}

func parseNumber(s string) (uint64, error) {
	if strings.HasPrefix(s, "0x") {
		return parseHex(s)
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number, in decimal or 0x hexadecimal", s)
	}
	return uint64(n), nil
}

func parseSeconds(s string) (rt.Instant, error) {
	wrong := fmt.Errorf("%q is not a time in seconds with nine decimals", s)
	text, negative := strings.CutPrefix(s, "-")
	whole, part, ok := strings.Cut(text, ".")
	a, err := strconv.ParseUint(whole, 10, 64)
	b, err2 := strconv.ParseUint(part, 10, 64)
	if !ok || len(part) != 9 || err != nil || err2 != nil || a > 1<<63/1_000_000_000 {
		return 0, wrong
	}
	n := a*1_000_000_000 + b
	switch {
	case negative && n <= 1<<63:
		return rt.Instant(-n), nil
	case !negative && n < 1<<63:
		return rt.Instant(n), nil
	}
	return 0, wrong
}

// named adds which line it was about.
func named(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", name, err)
}

func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// cut shortens what is quoted in an error.
func cut(s string) string {
	if len(s) > 80 {
		return s[:80] + "..."
	}
	return s
}
