package zoo

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"brigade/fuzz"
	"brigade/sim"
	"brigade/traces"
)

var rewrite = flag.Bool("rewrite", false, "take away witnesses that do not convict any more, and find, shorten and keep new ones of each patch that has none left")

var whole = flag.Bool("whole", false, "try every patch, not a few of them")

// tried is how many of the patches a test without -whole builds and hunts.
const tried = 5

// sampled are the patches of a build that a test tries: with -whole all that it
// shows, else a few at even distances. Where they begin depends on how many there
// are, so each that is added shifts the turn to others.
func sampled(t *testing.T) []*Patch {
	t.Helper()
	list := shown(t)
	if *whole || *rewrite || len(list) <= tried {
		return list
	}
	few := make([]*Patch, tried)
	for i := range few {
		few[i] = list[(len(list)+i*len(list)/tried)%len(list)]
	}
	return few
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "brigade-zoo-test-")
	if err != nil {
		panic(err)
	}
	shared = dir
	status := m.Run()
	_ = os.RemoveAll(dir) // in the directory for what may be lost
	os.Exit(status)
}

// renewed are the patches whose witnesses -rewrite has looked at.
var renewed sync.Map

// shared is a directory for what several tests build.
var shared string

// built are the programs that tests share, by name: each is built once.
var built sync.Map

// program builds cmd/brigade from s once, under a name of its own.
func program(t *testing.T, name string, s Sources, race bool) string {
	t.Helper()
	build := sync.OnceValues(func() (string, error) {
		dir := filepath.Join(shared, name)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", err
		}
		return s.Build(context.Background(), root(t), dir, race)
	})
	once, _ := built.LoadOrStore(name, build)
	path, err := once.(func() (string, error))()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// replace puts new into the place of old, which is there once, in the file name as
// s has it.
func replace(t *testing.T, s Sources, name, old, new string) {
	t.Helper()
	text, err := s.read(root(t), name)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), old); n != 1 {
		t.Fatalf("%s has %q at %d places, and should at one", name, old, n)
	}
	s[name] = []byte(strings.Replace(string(text), old, new, 1))
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := Root(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// planted are the sources with p planted; p nil: the module's own.
func planted(t *testing.T, p *Patch) Sources {
	t.Helper()
	s := make(Sources)
	if p != nil {
		if err := p.Plant(root(t), s); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// shown are the patches that a program of this build shows: with the race
// detector those that need it, without it the others.
func shown(t *testing.T) []*Patch {
	t.Helper()
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	var list []*Patch
	for _, p := range all {
		if p.Race == fuzz.RaceBuilt() {
			list = append(list, p)
		}
	}
	return list
}

// witness is a kept trace.
type witness struct {
	path  string
	trace *traces.Trace
}

// witnesses are the kept traces of p; with -rewrite, those that convict, new ones if need be.
func witnesses(t *testing.T, p *Patch) (list []witness) {
	t.Helper()
	if _, done := renewed.LoadOrStore(p.ID, true); *rewrite && !done {
		renew(t, p)
	}
	paths, err := filepath.Glob(filepath.Join(root(t), "traces", "testdata", p.ID+"-*.trace"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		x, err := traces.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, witness{path, x})
	}
	return list
}

// kindOf is the verdict called name.
func kindOf(t *testing.T, name string) sim.VerdictKind {
	t.Helper()
	k, ok := sim.ParseVerdictKind(name)
	if !ok {
		t.Fatalf("a report names the verdict %q", name)
	}
	return k
}

// follow replays a trace in a process of its own.
func follow(t *testing.T, path, trace string, strict bool) *Replay {
	t.Helper()
	r, err := Follow(context.Background(), path, trace, strict)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func base(path string) string { return strings.TrimSuffix(filepath.Base(path), ".trace") }

// alike reports whether r ended as its trace, of a failure of this kind, did. Of a
// data race the detector may report other accesses in another process, since it
// remembers few for each word and not always the same.
func alike(r *Replay, kind sim.VerdictKind) bool {
	return r.Alike || kind == sim.DataRace && r.Verdict == kind.String()
}
