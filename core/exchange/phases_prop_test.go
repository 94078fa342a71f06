package exchange

// The model of phases is a list of names: what runs, in which order, on the loop or
// where blocking is allowed, and to whom a note goes back.

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"brigade/core/http1"
)

// part of a way: what a step, or a handler, of the model does.
type way struct {
	name    string
	blocks  bool // a step may block
	answers bool // a step answers; a handler does, on the loop
	fits    bool // a route does
	hints   bool // a handler that does not answer on the loop leaves a note for Handle
	notes   bool // and Handle one to be learnt
	wants   bool // it wants content
	log     *[]string
}

func (w *way) say(format string, args ...any) {
	*w.log = append(*w.log, w.name+" "+fmt.Sprintf(format, args...))
}

func (w *way) Name() string { return w.name }

func (w *way) MayBlock(*Exchange) bool { return w.blocks }

func (w *way) Run(x *Exchange) bool {
	w.say("runs")
	if w.answers {
		x.Begin(204)
		x.End()
	}
	return w.answers
}

// goal is a way as a handler.
type goal struct{ *way }

func (g goal) Local() Local { return g }

func (g goal) Inline(x *Exchange) bool {
	g.say("looks")
	if g.answers {
		x.Begin(204)
		x.End()
	} else if g.hints {
		x.Note = g.name + "'s hint"
	}
	return g.answers
}

func (g goal) Handle(x *Exchange) {
	g.say("handles, with %v", x.Note)
	x.Begin(204)
	x.End()
	if x.Note = nil; g.notes {
		x.Note = g.name + "'s note"
	}
}

func (g goal) Learn(note any) { g.say("learns %v", note) }

// keen is a goal that is asked whether it wants content.
type keen struct{ goal }

func (k keen) Receives(*Exchange) bool { return k.wants }

// teller is a Logger.
type teller struct{ *way }

func (l teller) Logged(r *Outcome) { l.say("is told %d", r.Status) }

// journey is a drawn Phases, and its model.
type journey struct {
	p      Phases
	steps  []*way
	routes []*way // that of the rest is the last
	asks   []bool // of each route, whether it is asked about content
	tell   []*way
	log    []string
}

func drawJourney(t *rapid.T) *journey {
	j := new(journey)
	draw := func(kind string, i int) *way {
		is := func(what string) bool { return rapid.IntRange(0, 2).Draw(t, kind+" "+what) == 0 }
		return &way{
			name: fmt.Sprint(kind, i), blocks: is("blocks"), answers: is("answers"), fits: is("fits"),
			hints: is("hints"), notes: !is("silent"), wants: is("wants"), log: &j.log,
		}
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "read") {
		j.steps = append(j.steps, draw("read", i))
		j.p.Read = append(j.p.Read, j.steps[len(j.steps)-1])
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "authorise") {
		j.steps = append(j.steps, draw("authorise", i))
		j.p.Authorise = append(j.p.Authorise, j.steps[len(j.steps)-1])
	}
	handler := func(w *way) (h Handler) {
		j.routes = append(j.routes, w)
		j.asks = append(j.asks, rapid.Bool().Draw(t, "asked"))
		if h = (goal{w}); j.asks[len(j.asks)-1] {
			h = keen{goal{w}}
		}
		return h
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "map") {
		w := draw("route", i)
		j.p.Map = append(j.p.Map, Route{Handler: handler(w), Fits: func(*Exchange) bool {
			w.say("is asked")
			return w.fits
		}})
	}
	j.p.Handler = handler(draw("rest", 0))
	for i := range rapid.IntRange(0, 2).Draw(t, "loggers") {
		j.tell = append(j.tell, draw("logger", i))
		j.p.Log = append(j.p.Log, teller{j.tell[i]})
	}
	return j
}

// route is the one that a request is mapped to, after these were asked.
func (j *journey) route() (asked []string, w *way, i int) {
	for i, w = range j.routes {
		if i == len(j.p.Map) {
			break
		}
		if asked = append(asked, w.name+" is asked"); w.fits {
			break
		}
	}
	return asked, w, i
}

// walk is what has to happen: on the loop, and then elsewhere.
func (j *journey) walk() (inline []string, answered bool, rest []string) {
	list := &inline
	for _, w := range j.steps {
		if w.blocks {
			list = &rest
		}
		if *list = append(*list, w.name+" runs"); w.answers {
			return inline, list == &inline, rest
		}
	}
	asked, w, _ := j.route()
	*list = append(*list, asked...)
	hint := "<nil>"
	if list == &inline {
		if *list = append(*list, w.name+" looks"); w.answers {
			return inline, true, rest
		}
		if w.hints {
			hint = w.name + "'s hint"
		}
	}
	rest = append(rest, w.name+" handles, with "+hint)
	if w.notes {
		rest = append(rest, w.name+" learns "+w.name+"'s note")
	}
	return inline, false, rest
}

// took takes what has been said since.
func (j *journey) took() []string {
	list := j.log
	j.log = nil
	return list
}

func TestPhasesAreAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := drawJourney(t)
		x, _ := fixture(t, plain)
		l := j.p.Local()
		// One exchange serves several requests: none begins where another was.
		for range rapid.IntRange(1, 3).Draw(t, "requests") {
			inline, answered, rest := j.walk()
			if done := l.Inline(x); done != answered || !slices.Equal(j.took(), inline) {
				t.Fatalf("on the loop it does not do %q, or is done: %t", inline, done)
			}
			if !answered {
				if j.p.Handle(x); x.Note != nil {
					l.Learn(x.Note)
				}
			}
			if got := j.took(); !slices.Equal(got, rest) {
				t.Fatalf("then it does %q, not %q", got, rest)
			}
			if x.Status != 204 {
				t.Fatalf("nobody answered")
			}
			l.Learn(nil)
			l.Learn("nobody's")
			j.p.Logged(&Outcome{Status: 7})
			var told []string
			for _, w := range j.tell {
				told = append(told, w.name+" is told 7")
			}
			if got := j.took(); !slices.Equal(got, told) {
				t.Fatalf("of the end are told %q, not %q", got, told)
			}
			x.Finish()
			x.Next()
			x.Bind(over{}, x.pool)
		}
		asked, w, i := j.route()
		if got := j.p.Receives(x); got != (j.asks[i] && w.wants) || !slices.Equal(j.took(), asked) {
			t.Fatalf("that content is wanted is %t", got)
		}
	})
}

// piece is a segment of a path: how it is written, and what it means.
type piece struct{ text, means string }

var pieces = []piece{
	{"a", "a"},
	{"b", "b"},
	{"ab", "ab"},
	{"%61", "a"},
	{"a%62", "ab"},
	{"a%20", "a "},
	{"A", "A"},
	{".", "."},
	{"%2e", "."},
	{"..", ".."},
	{".%2E", ".."},
	{"", "."},
	{"%2f", "/"},
	{"x%5c", "/"},
	{"%00", "/"},
	{strings.Repeat("a", 300), strings.Repeat("a", 300)},
}

// named is the name that pieces stand for; false: none.
func named(list []piece) (name string, ok bool) {
	var stack []string
	for i, p := range list {
		switch p.means {
		case "/":
			return "", false
		case "..":
			if len(stack) == 0 {
				return "", false
			}
			stack = stack[:len(stack)-1]
		case ".":
		default:
			if stack = append(stack, p.means); i == len(list)-1 {
				return strings.Join(stack, "/"), true
			}
		}
	}
	if len(stack) == 0 {
		return "", true
	}
	return strings.Join(stack, "/") + "/", true
}

// A route below a prefix, and what is denied, are told by the name that a path stands
// for, however it is written.
func TestBelowIsAPrefixOfTheName(t *testing.T) {
	prefixes := []string{"/", "/a", "/a/", "/ab", "/ab/", "/a/b", "/a/b/", "/a /"}
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.SampledFrom(prefixes).Draw(t, "prefix")
		list := rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 4).Draw(t, "path")
		if first, _, _ := strings.Cut(prefix[1:], "/"); first != "" && rapid.Bool().Draw(t, "near") {
			list[0] = piece{strings.ReplaceAll(first, " ", "%20"), first}
		}
		var path string
		for _, p := range list {
			path += "/" + p.text
		}
		name, ok := named(list)
		name = "/" + name
		want := ok && (name == prefix || strings.HasSuffix(prefix, "/") && strings.HasPrefix(name, prefix))
		x, out := fixture(t, "GET "+path+"?q HTTP/1.1\r\nHost: a\r\n\r\n")
		if got := Below(prefix, nil).Fits(x); got != want {
			t.Fatalf("%q below %q: %t", path, prefix, got)
		}
		d := Deny(prefix)
		if d.MayBlock(x) || d.Name() != "deny "+prefix {
			t.Fatalf("%q may block", d.Name())
		}
		if got := d.Run(x); got != want {
			t.Fatalf("%q is denied below %q: %t", path, prefix, got)
		}
		if !want {
			x.Refuse(http1.ErrNotFound, "")
		}
		x.Finish()
		status := map[bool]string{true: "403", false: "404"}[want]
		if got := sent(out); !strings.HasPrefix(got, "HTTP/1.1 "+status) {
			t.Fatalf("%q below %q is answered %q", path, prefix, got)
		}
	})
}
