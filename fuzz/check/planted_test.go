package check_test

// The other direction: with a bug planted in the type that is checked, the check
// fails. The bugs are patches in testdata, named for their components: the first of
// each in one build, the second in another.

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"brigade/fuzz/check"
	"brigade/fuzz/zoo"
)

func TestPlantedFail(t *testing.T) {
	for i, names := range plantings(t) {
		path := plant(t, names)
		for component, name := range names {
			tasks := "2"
			switch component {
			case "stream":
				tasks = "1" // of those who end it
			case "cache":
				tasks = "1" // with two readers there are orders without end
			}
			out, err := certify(path, component, tasks)
			if err == nil && component == "buffers" {
				out, err = certify(path, component, "4") // of which one times out, and one is cancelled
			}
			if err == nil && component == "cache" {
				out, err = certify(path, component, "1", "--ops", "2") // a fetch that fails
			}
			if err == nil || !strings.Contains(string(out), component+": failed") {
				t.Errorf("%s is planted, with those of round %d, and the check says: %v\n%s", name, i, err, out)
			}
		}
	}
}

func certify(path, component, tasks string, more ...string) ([]byte, error) {
	return exec.CommandContext(context.Background(), path, append([]string{"check", component, "--tasks", tasks}, more...)...).CombinedOutput()
}

// later is the first build with patches of a component whose type those of another are
// planted in, too: it would fail for theirs.
var later = map[string]int{"streamabort": 2}

// plantings are the patches of each build, by component.
func plantings(t *testing.T) (rounds []map[string]string) {
	t.Helper()
	for _, c := range check.Components() {
		names, err := filepath.Glob("testdata/" + c.Name + ".*.patch")
		if err != nil {
			t.Fatal(err)
		}
		for i, name := range names {
			i += later[c.Name]
			for i >= len(rounds) {
				rounds = append(rounds, make(map[string]string))
			}
			rounds[i][c.Name] = name
		}
	}
	all, _ := filepath.Glob("testdata/*.patch")
	n := 0
	for _, r := range rounds {
		n += len(r)
	}
	if n != len(all) || n == 0 {
		t.Fatalf("%d patches are named for components, of %d", n, len(all))
	}
	return rounds
}

// plant builds the testbed with patches planted.
func plant(t *testing.T, names map[string]string) (path string) {
	t.Helper()
	ctx := context.Background()
	root, err := zoo.Root(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s := make(zoo.Sources)
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		p, err := zoo.Parse(text)
		if err != nil {
			t.Fatal(name, err)
		}
		if err := p.Plant(root, s); err != nil {
			t.Fatal(err)
		}
	}
	path, err = s.Build(ctx, root, t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	return path
}
