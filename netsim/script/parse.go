package script

// From text to statements. A mistake is told with file and line, the rule, and
// what is allowed; a script with one is not run in part.

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Script is a parsed script.
type Script struct {
	Name       string // of its file, for errors
	Story      string // its first comment, up to the first statement
	Settings   Settings
	statements []statement
	two        bool // some are of HTTP/2
}

// statement is one line, with the text below it.
type statement struct {
	line int
	verb string
	only []string // the servers it is for; none: all
	act  action
}

// action is what a statement does.
type action func(r *run) error

// Own is this project's server, in simulation and in the real world.
const Own = "brigade"

// Servers are the names that a statement may have in brackets.
func Servers() []string { return []string{Own, "nginx"} }

// Parse reads a script. name is for errors.
func Parse(name, text string) (*Script, error) {
	s := &Script{Name: name}
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); {
		first := i
		var block []string
		for i++; i < len(lines) && isText(lines[i]); i++ {
			block = append(block, textOf(lines[i]))
		}
		if err := s.line(first+1, lines[first], block); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, first+1, err)
		}
	}
	if len(s.statements) == 0 {
		return nil, fmt.Errorf("%s:1: a script has one statement at least", name)
	}
	return s, nil
}

func isText(line string) bool { return strings.HasPrefix(strings.TrimLeft(line, " \t"), "|") }

// textOf is a text line without its bar and one space behind it.
func textOf(line string) string {
	line = strings.TrimLeft(line, " \t")[1:]
	return strings.TrimSuffix(strings.TrimPrefix(line, " "), "\r")
}

// line adds the statement that a line holds, if there is one.
func (s *Script) line(number int, line string, block []string) error {
	list, comment, err := split(strings.TrimSuffix(line, "\r"))
	switch {
	case err != nil:
		return err
	case isText(line):
		return fmt.Errorf("a line that begins with | belongs to a statement, and above this one there is none")
	case len(list) == 0 && len(block) > 0:
		return fmt.Errorf("the lines below that begin with | belong to no statement")
	case len(list) == 0:
		if len(s.statements) == 0 {
			s.Story = strings.TrimSpace(s.Story + " " + comment)
		}
		return nil
	}
	verb, only, err := tagged(list[0].text, comment)
	if err != nil {
		return err
	}
	v, ok := verbNamed(verb)
	if !ok {
		return fmt.Errorf("there is no statement %q; there are %s", verb, strings.Join(verbNames(), ", "))
	}
	w := &words{list: list[1:], lines: block}
	act, err := v.parse(s, w)
	if err == nil {
		err = w.done()
	}
	if err != nil {
		return fmt.Errorf("%s: %w; its form is: %s", verb, err, v.Form)
	}
	if act != nil {
		s.statements = append(s.statements, statement{number, verb, only, act})
	}
	return nil
}

var clause = regexp.MustCompile(`RFC [0-9]+ §[0-9]`)

// tagged takes the servers off a verb.
func tagged(text, comment string) (verb string, only []string, err error) {
	verb, tags, found := strings.Cut(text, "[")
	if !found {
		return verb, nil, nil
	}
	list, found := strings.CutSuffix(tags, "]")
	if !found {
		return "", nil, fmt.Errorf("%q: the servers behind a verb stand in [ and ]", text)
	}
	only = strings.Split(list, ",")
	for _, name := range only {
		if !slices.Contains(Servers(), name) {
			return "", nil, fmt.Errorf("%q: there is no server %q; there are %s", text, name, strings.Join(Servers(), ", "))
		}
		if name != Own && !clause.MatchString(comment) {
			return "", nil, fmt.Errorf("%q: a comment at its end names the clause that lets %s differ, such as # RFC 9112 §2.2: LF alone may be taken for a line end", text, name)
		}
	}
	return verb, only, nil
}

// Settings are what a script needs of the server it talks to. Zero: as it is.
type Settings struct {
	Header, Idle, Write, Body time.Duration

	Store   bool  // values are kept below StorePath, as core/handler/kv has it
	Content int64 // the longest content of a request, in bytes
}

// StorePath is what a store's keys stand below.
const StorePath = "/values/"

var settingNames = []string{"header-timeout", "idle-timeout", "write-timeout", "body-timeout"}

// set reads one setting, such as idle-timeout=50ms, content=1000, or store.
func (s *Settings) set(text string) error {
	if text == "store" {
		s.Store = true
		return nil
	}
	name, value, _ := strings.Cut(text, "=")
	if name == "content" {
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < 1 || n > 1<<20 {
			return fmt.Errorf("content is a number of bytes from 1 to 1048576, not %q", value)
		}
		s.Content = n
		return nil
	}
	i := slices.Index(settingNames, name)
	if i < 0 {
		return fmt.Errorf("there is no setting %q; there are store, content with = and a number of bytes, and %s, each with = and a time", name, strings.Join(settingNames, ", "))
	}
	d, err := time.ParseDuration(value)
	if err != nil || d < time.Millisecond || d > time.Second {
		return fmt.Errorf("%s is a time from 1ms to 1s, not %q", name, value)
	}
	*[]*time.Duration{&s.Header, &s.Idle, &s.Write, &s.Body}[i] = d
	return nil
}
