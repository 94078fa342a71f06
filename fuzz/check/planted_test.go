package check_test

// The other direction: with a bug planted in the type that is checked, the check
// fails. The bugs are patches in testdata, all in one build.

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"brigade/fuzz/zoo"
)

func TestPlantedFail(t *testing.T) {
	ctx := context.Background()
	root, err := zoo.Root(ctx)
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob("testdata/*.patch")
	if err != nil || len(names) == 0 {
		t.Fatal("no patches", err)
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
	path, err := s.Build(ctx, root, t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		component, _, _ := strings.Cut(filepath.Base(name), "-")
		out, err := exec.CommandContext(ctx, path, "check", component, "--tasks", "2").CombinedOutput()
		if err == nil || !strings.Contains(string(out), component+": failed") {
			t.Errorf("%s is planted, and the check says: %v\n%s", name, err, out)
		}
	}
}
