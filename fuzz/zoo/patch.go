package zoo

// Patch files. The form, by example:
//
//	id         inbox-sleeps-late
//	title      the loop looks into its inbox before it says that it sleeps
//	reference  Pane 2002: the flag goes up before the last look
//	mechanism  a giver that comes between the two sees no sleeper to wake, and
//	           the loop sleeps beside the item
//	verdicts   lost-wakeup:I07
//	depth      2
//	family     handoffs
//	race       no
//	difficulty easy
//
//	--- a/core/handoff/inbox.go
//	+++ b/core/handoff/inbox.go
//	@@ -37,12 +37,11 @@
//	...

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/bluekeyes/go-gitdiff/gitdiff"

	"brigade/sim"
)

// Difficulty is how many runs a patch is estimated to hide for; the zoo's reports
// measure it.
type Difficulty string

// The difficulties.
const (
	Easy   Difficulty = "easy"   // below 100 runs
	Medium Difficulty = "medium" // below 10,000
	Hard   Difficulty = "hard"   // more
)

// Families are what the mechanisms are about.
var Families = []string{"buckets", "handoffs", "pollers", "connections", "buffers", "http2", "cache", "accounting"}

// Verdict is one that convicts a patch. An empty Invariant stands for any.
type Verdict struct {
	Kind      sim.VerdictKind
	Invariant string
}

// Patch is one known bug.
type Patch struct {
	ID         string
	Title      string
	Reference  string // where a server had a bug of this mechanism: a fact, and no code
	Mechanism  string
	Verdicts   []Verdict
	Depth      int      // how many ordering constraints have to hold, as estimated
	Families   []string // which of Families it belongs to
	Race       bool     // shows itself to programs built with -race only
	Difficulty Difficulty

	files []*gitdiff.File
}

//go:embed testdata/*.patch testdata/control/*.patch
var shelf embed.FS

// All are the patches that are kept, in order of their IDs.
func All() ([]*Patch, error) { return read("testdata/*.patch") }

// Controls are patches that look like a bug and are none: their verdict is held.
func Controls() ([]*Patch, error) { return read("testdata/control/*.patch") }

// read reads the patches whose names match.
func read(pattern string) ([]*Patch, error) {
	names, err := fs.Glob(shelf, pattern)
	if err != nil {
		return nil, err
	}
	list := make([]*Patch, 0, len(names))
	for _, name := range names {
		text, err := shelf.ReadFile(name)
		if err != nil {
			return nil, err
		}
		p, err := Parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if file := strings.TrimSuffix(path.Base(name), ".patch"); file != p.ID {
			return nil, fmt.Errorf("%s: its id is %q; file and patch bear one name", name, p.ID)
		}
		list = append(list, p)
	}
	return list, nil
}

// Find returns the kept patch called id, in capitals or not.
func Find(id string) (*Patch, error) {
	list, err := All()
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(list))
	for i, p := range list {
		if strings.EqualFold(p.ID, id) {
			return p, nil
		}
		ids[i] = p.ID
	}
	return nil, fmt.Errorf("there is no patch %q; there are: %s", id, strings.Join(ids, ", "))
}

// Parse reads a patch file.
func Parse(text []byte) (*Patch, error) {
	files, head, err := gitdiff.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("the diff cannot be read: %w", err)
	}
	if len(files) == 0 {
		return nil, errors.New("there is no diff after the header")
	}
	p := &Patch{files: files}
	if err := p.header(head); err != nil {
		return nil, err
	}
	for _, f := range files {
		f.OldName, f.NewName = bare(f.OldName), bare(f.NewName)
		if err := changesCore(f); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// bare takes off what diffs put before a file's path, unless they were git's and
// have lost it in reading.
func bare(name string) string {
	if len(name) > 2 && (name[:2] == "a/" || name[:2] == "b/") {
		return name[2:]
	}
	return name
}

// changesCore says why f is no change of a file of the core.
func changesCore(f *gitdiff.File) error {
	switch {
	case f.IsNew || f.IsDelete || f.IsRename || f.IsCopy || f.IsBinary || len(f.TextFragments) == 0:
		return fmt.Errorf("%s: a patch changes the text of files that are there, and does nothing else", f.NewName)
	case !strings.HasPrefix(f.NewName, "core/") || path.Clean(f.NewName) != f.NewName || f.OldName != f.NewName:
		return fmt.Errorf("%s: a patch changes files below core", f.NewName)
	case strings.HasPrefix(f.NewName, "core/rt/"):
		return fmt.Errorf("%s: core/rt is the seam, which is shared with the scheduler, and is not planted with bugs", f.NewName)
	}
	return nil
}

// header reads the lines before the diff: a name, spaces and a value, which goes
// on in lines that begin with a space.
func (p *Patch) header(head string) error {
	values := make(map[string]string)
	last := ""
	for _, line := range strings.Split(head, "\n") {
		name, value, _ := strings.Cut(line, " ")
		value = strings.TrimSpace(value)
		switch {
		case strings.TrimSpace(line) == "":
		case name == "" && last != "":
			values[last] += " " + value
		case values[name] != "":
			return fmt.Errorf("header: %q is there twice", name)
		default:
			values[name], last = value, name
		}
	}
	for _, f := range []struct {
		name string
		set  func(string) error
	}{
		{"id", text(&p.ID)},
		{"title", text(&p.Title)},
		{"reference", text(&p.Reference)},
		{"mechanism", text(&p.Mechanism)},
		{"verdicts", p.setVerdicts},
		{"depth", p.setDepth},
		{"family", p.setFamilies},
		{"race", p.setRace},
		{"difficulty", p.setDifficulty},
	} {
		value := values[f.name]
		if value == "" {
			return fmt.Errorf("header: %q is missing", f.name)
		}
		if err := f.set(value); err != nil {
			return fmt.Errorf("header: %s: %w", f.name, err)
		}
		delete(values, f.name)
	}
	for name := range values {
		return fmt.Errorf("header: %q is not known", name)
	}
	return nil
}

func text(to *string) func(string) error {
	return func(value string) error {
		*to = value
		return nil
	}
}

func (p *Patch) setVerdicts(value string) error {
	for _, word := range strings.Fields(value) {
		name, invariant, _ := strings.Cut(word, ":")
		kind, ok := sim.ParseVerdictKind(name)
		if !ok || kind == sim.Held && value != word {
			return fmt.Errorf("%q is no verdict on a failure", name)
		}
		p.Verdicts = append(p.Verdicts, Verdict{kind, invariant})
	}
	return nil
}

func (p *Patch) setDepth(value string) (err error) {
	if p.Depth, err = strconv.Atoi(value); err != nil || p.Depth < 0 {
		return fmt.Errorf("%q is no number of constraints", value)
	}
	return nil
}

func (p *Patch) setFamilies(value string) error {
	for _, name := range strings.Split(value, ",") {
		name = strings.TrimSpace(name)
		if !slices.Contains(Families, name) {
			return fmt.Errorf("%q is none of: %s", name, strings.Join(Families, ", "))
		}
		p.Families = append(p.Families, name)
	}
	return nil
}

func (p *Patch) setRace(value string) error {
	if value != "yes" && value != "no" {
		return fmt.Errorf("%q is neither yes nor no", value)
	}
	p.Race = value == "yes"
	return nil
}

func (p *Patch) setDifficulty(value string) error {
	switch d := Difficulty(value); d {
	case Easy, Medium, Hard:
		p.Difficulty = d
		return nil
	}
	return fmt.Errorf("%q is none of: easy, medium, hard", value)
}

// Convicts reports whether a failure with this verdict, as reports name it, is
// one that the patch is expected to cause.
func (p *Patch) Convicts(verdict, invariant string) bool {
	for _, v := range p.Verdicts {
		if v.Kind.String() == verdict && (v.Invariant == "" || v.Invariant == invariant) {
			return true
		}
	}
	return false
}
