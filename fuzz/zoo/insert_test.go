package zoo

// What an unrelated edit does to kept witnesses. At random places of the core an
// atomic, a lock and a probe are inserted: three more scheduling points or words
// to the judge, each time the place is passed. A witness is keyed by what its
// choices decide, not by when, so it has to survive.
//
// The places of all edits are compiled into one program, each behind its name, and
// a variable of the environment says which of them acts: the others do nothing
// that the scheduler could see. They stand on the lines of the statements that
// they precede, so that no line moves.

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"brigade/fuzz"
	"brigade/traces"
)

const placeVariable = "BRIGADE_ZOO_PLACE"

// edited are the packages that are edited.
var edited = []string{"core/stage", "core/handoff", "core/httpconn", "core/poll"}

// insertion is what is called at a place, in each of the packages.
const insertion = `package %s

import (
	"os"

	"brigade/core/rt"
)

var (
	zooPlace  = os.Getenv(%q)
	zooAtomic rt.Int64
	zooLock   rt.Mutex
)

func zooEdit(place string) {
	if place != zooPlace {
		return
	}
	zooAtomic.Add(1)
	zooLock.Lock()
	zooLock.Unlock()
	rt.Probe(rt.ProbeNone, 0, 0, 0)
}
`

// place is where a statement begins.
type place struct {
	file   string
	offset int
	line   int
}

// statements are the places in files of the edited packages, as s has them, where
// a statement can be put before another.
func statements(t *testing.T, s Sources) (list []place) {
	t.Helper()
	for _, dir := range edited {
		paths, err := filepath.Glob(filepath.Join(root(t), filepath.FromSlash(dir), "*.go"))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s has no sources: %v", dir, err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			name := dir + "/" + filepath.Base(path)
			text, err := s.read(root(t), name)
			if err != nil {
				t.Fatal(err)
			}
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, name, text, 0)
			if err != nil {
				t.Fatal(err)
			}
			add := func(body []ast.Stmt) {
				for _, x := range body {
					at := set.Position(x.Pos())
					list = append(list, place{name, at.Offset, at.Line})
				}
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BlockStmt:
					if !clauses(n) {
						add(n.List)
					}
				case *ast.CaseClause:
					add(n.Body)
				}
				return true
			})
		}
	}
	return list
}

// clauses reports whether b is the body of a switch.
func clauses(b *ast.BlockStmt) bool {
	if len(b.List) == 0 {
		return false
	}
	_, ok := b.List[0].(*ast.CaseClause)
	return ok
}

// edit puts a call before each of the places into s. The call at the i-th place is
// called "i".
func edit(t *testing.T, s Sources, places []place) {
	t.Helper()
	order := make([]int, len(places))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return places[b].offset - places[a].offset }) // the last first
	for _, i := range order {
		p := places[i]
		text, err := s.read(root(t), p.file)
		if err != nil {
			t.Fatal(err)
		}
		call := fmt.Sprintf("zooEdit(\"%d\"); ", i)
		s[p.file] = slices.Concat(text[:p.offset], []byte(call), text[p.offset:])
	}
	for _, dir := range edited {
		s[dir+"/zoo_edit.go"] = fmt.Appendf(nil, insertion, filepath.Base(dir), placeVariable)
	}
}

// disturbed are the patches whose witnesses are tried against edits; without -whole,
// the first of them.
func disturbed(t *testing.T) []*Patch {
	t.Helper()
	list := slices.DeleteFunc(shown(t), func(p *Patch) bool {
		return !slices.Contains([]string{"Z04", "Z08", "Z18race", "inbox-sleeps-late", "crew-close-wakes-one"}, p.ID)
	})
	if !*whole {
		list = list[:min(1, len(list))]
	}
	return list
}

// places is how many edits there are of a patch.
const places = 20

// disturb is p, planted, with edits at places that are drawn.
func disturb(t *testing.T, p *Patch) (s Sources, chosen []place) {
	t.Helper()
	s = planted(t, p)
	all := statements(t, s)
	if len(all) < 100 {
		t.Fatalf("there are %d statements in %v", len(all), edited)
	}
	draw := rand.New(rand.NewPCG(1, uint64(len(all))))
	for _, i := range draw.Perm(len(all))[:places] {
		chosen = append(chosen, all[i])
	}
	edit(t, s, chosen)
	return s, chosen
}

// At least nine of ten traces still show what they were made for, whichever of 20
// places is edited: of the kept witnesses, which are short, and of what campaigns
// write, at all of whose points the schedule was drawn.
func TestWitnessesSurviveEdits(t *testing.T) {
	const share = 0.9
	tried, passed, survived := 0, 0, 0
	for _, p := range disturbed(t) {
		s, chosen := disturb(t, p)
		path := program(t, p.ID+"-edited", s, p.Race)
		list := append(witnesses(t, p), fresh(t, p)...)
		for i, at := range chosen {
			t.Setenv(placeVariable, fmt.Sprint(i))
			for _, w := range list {
				r := follow(t, path, w.path, false)
				tried++
				if r.EventHash != r.TraceHash {
					passed++
				}
				if p.Convicts(r.Verdict, r.Invariant) {
					survived++
					continue
				}
				t.Logf("%s, edited at %s:%d: %s; %d of %d departures found no match: %v", base(w.path), at.file, at.line, orHeld(r), len(r.Unmatched), r.Departures, r.Unmatched)
			}
		}
	}
	t.Logf("%d of %d replays end as their witness does; in %d of them the edit was passed", survived, tried, passed)
	if tried == 0 || float64(survived) < share*float64(tried) {
		t.Errorf("%d of %d are not %g", survived, tried, share)
	}
	if passed < tried/4 {
		t.Errorf("in %d of %d replays only was the edit passed: the places say little", passed, tried)
	}
}

// fresh are new traces of p, one a scenario, as a campaign writes them.
func fresh(t *testing.T, p *Patch) (list []witness) {
	t.Helper()
	c := Campaign{Seeds: seeds, Workers: 1, Traces: t.TempDir()}
	if fuzz.RaceBuilt() {
		c.Seeds = seeds / 10
	}
	r, err := Hunt(context.Background(), program(t, p.ID, planted(t, p), p.Race), c)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for _, f := range r.Failures {
		if seen[f.Scenario] || !p.Convicts(f.Verdict, f.Invariant) {
			continue
		}
		seen[f.Scenario] = true
		x, err := traces.Load(f.Trace)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, witness{f.Trace, x})
	}
	return list
}

// The edited program does nothing else when no place acts.
func TestEditsAreInert(t *testing.T) {
	p := disturbed(t)[0]
	s, _ := disturb(t, p)
	for name, text := range s {
		old, err := os.ReadFile(filepath.Join(root(t), filepath.FromSlash(name)))
		if err == nil && bytes.Count(old, []byte("\n")) != bytes.Count(text, []byte("\n")) && !slices.Contains(filesOf(p), name) {
			t.Errorf("an edit of %s moves its lines", name)
		}
	}
	path := program(t, p.ID+"-edited", s, p.Race)
	for _, w := range witnesses(t, p) {
		plain := follow(t, program(t, p.ID, planted(t, p), p.Race), w.path, false)
		if r := follow(t, path, w.path, false); r.EventHash != plain.EventHash {
			t.Errorf("%s: other events in a program whose edits do not act", base(w.path))
		}
	}
}

func filesOf(p *Patch) (names []string) {
	for _, f := range p.files {
		names = append(names, f.NewName)
	}
	return names
}

// A kept witness is what writing it gives, names a verdict that convicts its patch,
// and has to hold where the patch is not planted.
func TestWitnessFiles(t *testing.T) {
	for _, p := range shown(t) {
		for _, w := range witnesses(t, p) {
			var b bytes.Buffer
			text, err := os.ReadFile(w.path)
			if err == nil {
				err = w.trace.Write(&b)
			}
			if err != nil || b.String() != string(text) {
				t.Errorf("%s is not as it would be written: %v", base(w.path), err)
			}
			if w.trace.Expect != traces.ExpectHeld || !p.Convicts(w.trace.Verdict.Kind.String(), w.trace.Verdict.Invariant) {
				t.Errorf("%s: expect %s, verdict %s", base(w.path), w.trace.Expect, w.trace.Verdict.Signature)
			}
		}
	}
}
