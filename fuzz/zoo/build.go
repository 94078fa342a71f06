package zoo

// Building. The go command reads replaced texts through -overlay, so that neither
// the working copy nor the core's other programs ever see a planted bug.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Root is the directory of the module whose sources are patched: the one that the
// working directory is in.
func Root(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Path}} {{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("patches are applied to sources, and where these are cannot be told: go list -m: %w", err)
	}
	name, dir, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	if name != "brigade" || dir == "" {
		return "", errors.New("patches are applied to the sources of the module brigade: run this where its go.mod is")
	}
	return dir, nil
}

// Build builds cmd/brigade with p planted, under the race detector or not, and
// returns the path of the program. clean removes it.
func Build(ctx context.Context, p *Patch, race bool) (path string, clean func(), err error) {
	root, err := Root(ctx)
	if err != nil {
		return "", nil, err
	}
	s := make(Sources)
	if p != nil {
		if err := p.Plant(root, s); err != nil {
			return "", nil, err
		}
	}
	dir, err := os.MkdirTemp("", "brigade-zoo-")
	if err != nil {
		return "", nil, err
	}
	if path, err = s.Build(ctx, root, dir, race); err != nil {
		_ = os.RemoveAll(dir) // the first error is the one to tell
		return "", nil, err
	}
	return path, func() { _ = os.RemoveAll(dir) }, nil // in the directory for what may be lost
}

// Build builds cmd/brigade of the module at root from s, with everything that
// takes in dir.
func (s Sources) Build(ctx context.Context, root, dir string, race bool) (path string, err error) {
	return s.BuildProgram(ctx, "cmd/brigade", root, dir, race)
}

// BuildProgram is Build for the program in a directory of the module.
func (s Sources) BuildProgram(ctx context.Context, program, root, dir string, race bool) (path string, err error) {
	overlay, err := s.Write(root, dir)
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, filepath.Base(program))
	// Of which commit it is says nothing here: the sources are not that commit's.
	// Nobody debugs it, so it goes without the tables for that.
	args := []string{"build", "-buildvcs=false", "-ldflags=-s -w", "-overlay", overlay, "-o", path}
	if race {
		args = append(args, "-race")
	}
	c := exec.CommandContext(ctx, "go", append(args, "./"+program)...)
	c.Dir = root
	c.Env = os.Environ()
	if race {
		c.Env = append(c.Env, "CGO_ENABLED=1")
	}
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("the patched sources do not build: %w\n%s", err, strings.TrimSpace(string(out)))
	}
	return path, nil
}
