package traces

// Trace files. A file is complete or it is not there: it is written under
// another name and renamed, so that a full disk leaves no half of one.

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

// NewDir is where traces of new failures go, below the module's root.
const NewDir = "traces/new"

// FileName is the name of t's file: its scenario and its seed, and the strategy
// where it is not the usual one.
func (t *Trace) FileName(usual string) string {
	name := t.Scenario
	if t.Strategy != usual {
		name += "-" + t.Strategy
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '.', r == '_':
			return r
		}
		return '_'
	}, name)
	return strings.TrimLeft(name, ".") + "-" + strconv.FormatUint(t.Seed, 16) + ".trace"
}

// Save writes t to the file name in dir, which is made if need be, and returns
// the path.
func (t *Trace) Save(dir, name string) (string, error) {
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("the trace %s was not written: %w", path, err)
	}
	if err := WriteFile(path, t.Write); err != nil {
		return "", fmt.Errorf("the trace %s was not written: %w", path, err)
	}
	return path, nil
}

// WriteFile puts a file with what write writes at path, or leaves what was there:
// a full disk leaves no half of one. What is there and is no file, such as a
// terminal, is written to as it is.
func WriteFile(path string, write func(io.Writer) error) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return writeInto(path, write)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".trace-*")
	if err != nil {
		return err
	}
	err = write(f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the first error is the one to tell
	}
	return err
}

func writeInto(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	err = write(f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// Load reads the trace in the file at path.
func Load(path string) (*Trace, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // nothing was written
	t, err := Read(f)                // line by line: what is no trace may have no end
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// Build is the commit that the running program was built from, and the version
// of Go; "unknown" where the build does not say.
func Build() (commit, version string) {
	commit, version = "unknown", runtime.Version()
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return commit, version
	}
	dirty := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && s.Value != "":
			commit = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+dirty"
		}
	}
	if commit == "unknown" {
		return commit, version
	}
	return commit + dirty, version
}
