package fuzz

// Workers under Go's race detector: another build of this program, made on the
// spot by the go command.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"

	"brigade/traces"
)

// commandPackage is what is built.
const commandPackage = "brigade/cmd/brigade"

// RaceBuilt reports whether the running program was built with -race.
func RaceBuilt() bool {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return false
	}
	for _, s := range info.Settings {
		if s.Key == "-race" {
			return s.Value == "true"
		}
	}
	return false
}

// Workers is how to start this program with args, under the race detector or not.
// clean removes what was made for it.
func Workers(ctx context.Context, race bool, args ...string) (c Command, clean func(), err error) {
	clean = func() {}
	if c, err = Self(args...); err != nil || !race && !RaceBuilt() {
		return c, clean, err
	}
	dir, err := os.MkdirTemp("", "brigade-race-")
	if err != nil {
		return c, clean, fmt.Errorf("race mode needs a temporary directory: %w", err)
	}
	clean = func() { _ = os.RemoveAll(dir) } // in the directory for what may be lost
	if !RaceBuilt() {
		c.Path = filepath.Join(dir, "brigade")
		if err := buildRace(ctx, c.Path); err != nil {
			clean()
			return c, func() {}, err
		}
	}
	c.Env = []string{raceEnvironment(filepath.Join(dir, "race"))}
	return c, clean, nil
}

// buildRace builds this program with -race at path.
func buildRace(ctx context.Context, path string) error {
	if _, err := exec.LookPath("go"); err != nil {
		return errors.New("race mode builds its workers, and there is no go command in PATH: install Go from https://go.dev/dl")
	}
	if err := findCompiler(ctx); err != nil {
		return err
	}
	args := []string{"build", "-race", "-o", path}
	if build, _ := traces.Build(); build == "unknown" {
		args = append(args, "-buildvcs=false") // or its workers would be of another build
	}
	c := exec.CommandContext(ctx, "go", append(args, commandPackage)...)
	c.Env = append(os.Environ(), "CGO_ENABLED=1")
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("race mode: go build -race %s failed (%w); run it where the module's go.mod is: %s", commandPackage, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// findCompiler says what is missing where the race detector cannot be linked.
func findCompiler(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "go", "env", "CC").Output()
	if err != nil {
		return fmt.Errorf("race mode: go env CC: %w", err)
	}
	cc := strings.Fields(string(out))
	if len(cc) == 0 {
		cc = []string{"gcc"}
	}
	if _, err := exec.LookPath(cc[0]); err != nil {
		return fmt.Errorf("race mode needs a C compiler, since Go's race detector is linked through cgo, and there is no %q in PATH: install one (Debian: apt-get install gcc libc6-dev), or name one in CC", cc[0])
	}
	return nil
}

// Run runs the command to its end and returns its exit status.
func (c Command) Run(ctx context.Context, stdout, stderr io.Writer) (int, error) {
	x := exec.CommandContext(ctx, c.Path, c.Args...)
	x.Env = append(os.Environ(), c.Env...)
	x.Stdout, x.Stderr = stdout, stderr
	err := x.Run()
	var status *exec.ExitError
	if errors.As(err, &status) && status.ExitCode() >= 0 {
		return status.ExitCode(), nil
	}
	return 0, err
}
