package script

// expect: a response's status, body, persistence and fields.

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"brigade/netsim/client"
)

const expectForm = "expect STATUS [to METHOD] [close|open] [file TARGET [FROM-TO] | body STRING], with field lines below: Name: value, Name ~ pattern, or !Name"

// expectation is what a response must be.
type expectation struct {
	want   client.Want
	open   bool // the response must not say that the connection closes
	fields []fieldWant
}

// fieldWant is what a field must be.
type fieldWant struct {
	name    string
	absent  bool
	value   string
	pattern *regexp.Regexp // if not nil, instead of value
}

func parseExpect(_ *Script, w *words) (action, error) {
	x := &expectation{}
	var err error
	if x.want.Status, err = w.number("the status", 100); err != nil {
		return nil, err
	}
	if x.want.Status > 599 {
		return nil, fmt.Errorf("the status %d is beyond 599", x.want.Status)
	}
	if x.want.Status < 200 {
		status := x.want.Status
		return on(func(r *run) error { return r.conn.Interim(status) }), nil
	}
	for len(w.list) > 0 {
		if err := x.option(w); err != nil {
			return nil, err
		}
	}
	for _, line := range w.take() {
		f, err := parseField(line)
		if err != nil {
			return nil, err
		}
		x.fields = append(x.fields, f)
	}
	return on(x.act), nil
}

// option reads one of the words behind the status.
func (x *expectation) option(w *words) (err error) {
	switch text := w.optional(); text {
	case "to":
		x.want.Method, err = w.next("the method")
	case "close":
		x.want.Close = true
	case "open":
		x.open = true
	case "body":
		var body string
		body, err = w.next("the body")
		x.want.Body = append([]byte{}, body...)
	case "file":
		return x.file(w)
	default:
		return fmt.Errorf("%q: there may be to, close, open, body and file", text)
	}
	return err
}

func (x *expectation) file(w *words) error {
	target, err := w.next("the target of a file")
	if err != nil {
		return err
	}
	body, found := FileAt(target)
	if !found {
		return fmt.Errorf("there is no file %q; there are %s", target, strings.Join(Targets(), ", "))
	}
	x.want.Body = body
	if len(w.list) == 0 || !strings.Contains(w.list[0].text, "-") || w.list[0].quoted {
		return nil
	}
	part := w.optional()
	from, to, _ := strings.Cut(part, "-")
	a, err := strconv.Atoi(from)
	b, bad := strconv.Atoi(to)
	if err != nil || bad != nil || a < 0 || b < a || b >= len(body) {
		return fmt.Errorf("%q are no two places in the %d bytes of %s, the first and the last", part, len(body), target)
	}
	x.want.Body = body[a : b+1]
	return nil
}

// parseField reads a field line of an expectation.
func parseField(line string) (f fieldWant, err error) {
	if name, found := strings.CutPrefix(line, "!"); found {
		return fieldWant{name: name, absent: true}, nil
	}
	if name, value, found := strings.Cut(line, ":"); found && !strings.Contains(name, " ") {
		return fieldWant{name: name, value: strings.TrimSpace(value)}, nil
	}
	name, value, found := strings.Cut(line, " ~ ")
	if !found {
		return f, fmt.Errorf("the field line %q is none of Name: value, Name ~ pattern, !Name", line)
	}
	f.name = name
	f.pattern, err = regexp.Compile("^(?:" + value + ")$")
	return f, err
}

// act reads the response and judges it.
func (x *expectation) act(r *run) error {
	response, err := r.conn.Response(x.want)
	if err != nil {
		return err
	}
	if x.open && response.Close {
		return fmt.Errorf("status %d says that the connection closes", response.Status)
	}
	for _, f := range x.fields {
		if err := f.judge(response.Header); err != nil {
			return err
		}
	}
	return nil
}

func (f *fieldWant) judge(h http.Header) error {
	values := h.Values(f.name)
	all := strings.Join(values, ", ")
	switch {
	case f.absent && len(values) > 0:
		return fmt.Errorf("there is a field %s: %s", f.name, all)
	case f.absent:
		return nil
	case len(values) == 0:
		return fmt.Errorf("there is no field %s", f.name)
	case f.pattern != nil && !f.pattern.MatchString(all):
		return fmt.Errorf("%s: %s does not match %s", f.name, all, f.pattern)
	case f.pattern == nil && all != f.value:
		return fmt.Errorf("%s: %s, not %s", f.name, all, f.value)
	}
	return nil
}

// FileAt is the content of the file that scripts find at a target.
func FileAt(target string) ([]byte, bool) {
	for _, f := range Site() {
		if f.Target == target {
			return f.Content(0), true
		}
	}
	return nil, false
}

// Targets are the targets of the site's files.
func Targets() (list []string) {
	for _, f := range Site() {
		if f.Target != "" {
			list = append(list, f.Target)
		}
	}
	slices.Sort(list)
	return list
}

// fill is what large files hold: no two places of it look alike for long.
func fill(n int) []byte {
	var b bytes.Buffer
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "%d;", i*i)
	}
	return b.Bytes()[:n]
}
