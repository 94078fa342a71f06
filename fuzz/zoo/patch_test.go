package zoo

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const sample = `id         sample
title      a line is another
reference  none
mechanism  the second line says three,
           which is one too many
verdicts   property:I18 panic
depth      1
family     buckets, cache
race       no
difficulty medium

--- a/core/x/x.go
+++ b/core/x/x.go
@@ -2,3 +2,3 @@
 one
-two
+three
 four
`

func parse(t *testing.T, text string) *Patch {
	t.Helper()
	p, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestParse(t *testing.T) {
	p := parse(t, sample)
	if p.ID != "sample" || p.Mechanism != "the second line says three, which is one too many" || p.Race || p.Difficulty != Medium ||
		p.Depth != 1 || len(p.Families) != 2 || p.Reference != "none" {
		t.Errorf("%+v", p)
	}
	for _, c := range []struct {
		verdict, invariant string
		want               bool
	}{{"property", "I18", true}, {"property", "I07", false}, {"panic", "", true}, {"panic", "I01", true}, {"deadlock", "", false}} {
		if got := p.Convicts(c.verdict, c.invariant); got != c.want {
			t.Errorf("%s %s convicts: %v", c.verdict, c.invariant, got)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"no diff", sample[strings.Index(sample, "---"):], "", "there is no diff after the header"},
		{"no title", "title ", "titel ", `header: "title" is missing`},
		{"unknown line", "race ", "hare       1\nrace ", `header: "hare" is not known`},
		{"twice", "race ", "id         again\nrace ", `header: "id" is there twice`},
		{"verdict", "panic", "picnic", `header: verdicts: "picnic" is no verdict on a failure`},
		{"held", "panic", "held", `"held" is no verdict on a failure`},
		{"depth", "1\n", "deep\n", `"deep" is no number of constraints`},
		{"family", "cache", "cars", `"cars" is none of: buckets, handoffs, `},
		{"race", "no\n", "maybe\n", `"maybe" is neither yes nor no`},
		{"difficulty", "medium", "rare", `"rare" is none of: easy, medium, hard`},
		{"elsewhere", "core/x/x.go", "sim/x.go", "sim/x.go: a patch changes files below core"},
		{"outside", "core/x/x.go", "core/../sim/x.go", "a patch changes files below core"},
		{"the seam", "core/x/x.go", "core/rt/x.go", "core/rt is the seam"},
		{"a new file", "--- a/core/x/x.go\n+++ b/core/x/x.go\n@@ -2,3 +2,3 @@\n one\n-two\n+three\n four\n", "--- /dev/null\n+++ b/core/x/x.go\n@@ -0,0 +1 @@\n+one\n", "changes the text of files that are there"},
		{"short hunk", "@@ -2,3", "@@ -2,7", "the diff cannot be read"},
	} {
		text := strings.ReplaceAll(sample, c.old, c.new)
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}

// A patch follows its lines when they move, and fails loudly when they change.
func TestPlant(t *testing.T) {
	const source = "zero\none\ntwo\nfour\nfive\n"
	for _, c := range []struct{ name, source, want string }{
		{"as it was", source, "zero\none\nthree\nfour\nfive\n"},
		{"moved", "a\nb\nc\n" + source, "a\nb\nc\nzero\none\nthree\nfour\nfive\n"},
		{"edited before it", "zero\n1\ntwo\nfour\nfive\n", "zero\n1\nthree\nfour\nfive\n"},
		{"edited around it", "zero\n1\ntwo\n4\nfive\n", "zero\n1\nthree\n4\nfive\n"},
		{"no newline at the end", "one\ntwo\nfour\nlast", "one\nthree\nfour\nlast"},
	} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "core", "x", "x.go"), c.source)
		s := make(Sources)
		if err := parse(t, sample).Plant(dir, s); err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if got := string(s["core/x/x.go"]); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	for _, c := range []struct{ name, source, want string }{
		{"changed", "zero\none\n2\nfour\n", "patch sample does not fit the sources any more: core/x/x.go: hunk 1, @@ -2,3 +2,3 @@: its 3 lines of old text are nowhere in the file, nor are those that it changes"},
		{"edited, and twice without", "1\ntwo\n4\ntwo\n", "its 3 lines of old text are nowhere in the file"},
		{"twice", source + source, "are at 2 places in the file"},
		{"gone", "", "changes a file that cannot be read"},
	} {
		dir := t.TempDir()
		if c.source != "" {
			write(t, filepath.Join(dir, "core", "x", "x.go"), c.source)
		}
		s := make(Sources)
		if err := parse(t, sample).Plant(dir, s); err == nil || !strings.Contains(err.Error(), c.want) || len(s) != 0 {
			t.Errorf("%s: got %v and %d texts, want %s", c.name, err, len(s), c.want)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Patches change what others changed before them, and the overlay says where all
// of it lies.
func TestPlantTwice(t *testing.T) {
	dir, to := t.TempDir(), t.TempDir()
	write(t, filepath.Join(dir, "core", "x", "x.go"), "one\ntwo\nfour\n")
	s := make(Sources)
	if err := parse(t, sample).Plant(dir, s); err != nil {
		t.Fatal(err)
	}
	second := strings.NewReplacer("@@ -2,3 +2,3 @@", "@@ -9,2 +9,2 @@", " one\n-two\n+three\n four\n", " three\n-four\n+five\n").Replace(sample)
	if err := parse(t, second).Plant(dir, s); err != nil {
		t.Fatal(err)
	}
	if got := string(s["core/x/x.go"]); got != "one\nthree\nfive\n" {
		t.Errorf("%q", got)
	}
	overlay, err := s.Write(dir, to)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(overlay)
	if err != nil || !strings.Contains(string(text), filepath.Join(dir, "core", "x", "x.go")) || !strings.Contains(string(text), "core_x_x.go") {
		t.Errorf("%v: %s", err, text)
	}
}

// Every kept patch fits the sources as they are.
func TestKeptPatchesFit(t *testing.T) {
	list, err := All()
	if err != nil {
		t.Fatal(err)
	}
	controls, err := Controls()
	if err != nil || len(controls) == 0 {
		t.Fatalf("%d controls: %v", len(controls), err)
	}
	for _, p := range append(list, controls...) {
		if overlay, err := Apply(p, root(t), t.TempDir()); err != nil {
			t.Error(overlay, err)
		}
	}
	if p, err := Find("inbox-sleeps-late"); err != nil || len(p.Verdicts) == 0 {
		t.Error(err)
	}
	if p, err := Find("z11"); err != nil || p.ID != "Z11" {
		t.Error(err)
	}
	if _, err := Find("unicorn"); err == nil || !strings.Contains(err.Error(), `there is no patch "unicorn"; there are: Z01, Z01b, Z01s, `) {
		t.Error(err)
	}
}
