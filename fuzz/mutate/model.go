package mutate

// Models. Of what no server's path leads to yet, and of structures that a campaign
// sees from afar only, a package's own models tell more: the certificates, and the
// properties against a plain model (rapid), which the files *_sim_test.go and
// *_prop_test.go of the package hold, and the targets of native fuzzing on the
// corpora that are kept. The package's tests are compiled once, with all mutants in
// them, behind the same switch. Tests that pin one example do not
// count: a mutant that only such a test notices is not killed. Options.Tests asks
// them after all, of those that survived, and counts apart what they notice.

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"brigade/fuzz/zoo"
)

// model is a package's tests, compiled, and which of them are its models.
type model struct {
	path string // of the program
	dir  string // where its tests run
	args []string
	rest []string // for the other tests; nil: there are none
}

// models builds those of the packages that have any, by the package's directory.
func models(ctx context.Context, root, dir string, packages []string, s zoo.Sources) (map[string]*model, error) {
	overlay, err := s.Write(root, dir)
	if err != nil {
		return nil, err
	}
	found := make(map[string]*model)
	// There is nothing to say for vet: the switch exists in the overlay only.
	args := []string{"test", "-c", "-vet=off", "-ldflags=-s -w", "-overlay", overlay, "-o", dir + string(filepath.Separator)}
	for _, p := range packages {
		m := &model{dir: filepath.Join(root, filepath.FromSlash(p)), path: filepath.Join(dir, path.Base(p)+".test")}
		names, others, rapid, err := modelTests(m.dir)
		if err != nil {
			return nil, err
		}
		if len(names)+len(others) == 0 {
			continue
		}
		m.args, m.rest = arguments(names, rapid), arguments(others, rapid)
		found[p] = m
		args = append(args, "./"+p)
	}
	if len(found) == 0 {
		return found, nil
	}
	c := exec.CommandContext(ctx, "go", args...)
	c.Dir = root
	if out, err := c.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("the packages' tests do not build with mutants in them: %w\n%s", err, bytes.TrimSpace(out))
	}
	return found, nil
}

// arguments are those that have tests run, in the same way each time; nil: there are
// no tests.
func arguments(tests []string, rapid bool) []string {
	if len(tests) == 0 {
		return nil
	}
	args := []string{"-test.failfast", "-test.run", "^(" + strings.Join(tests, "|") + ")$"}
	if rapid {
		args = append(args, "-rapid.seed=1", "-rapid.nofailfile", "-rapid.shrinktime=0s")
	}
	return args
}

// modelTests are the names of the tests in dir's models, and of the others. rapid:
// they take that library's flags.
func modelTests(dir string) (names, others []string, rapid bool, err error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return nil, nil, false, err
	}
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, nil, false, err
		}
		for _, x := range file.Imports {
			rapid = rapid || x.Path.Value == strconv.Quote("pgregory.net/rapid")
		}
		modelling := strings.HasSuffix(path, "_sim_test.go") || strings.HasSuffix(path, "_prop_test.go")
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			switch {
			case !ok || f.Recv != nil || f.Name.Name == "TestMain":
			case strings.HasPrefix(f.Name.Name, "Fuzz"), modelling && strings.HasPrefix(f.Name.Name, "Test"):
				names = append(names, f.Name.Name)
			case strings.HasPrefix(f.Name.Name, "Test"):
				others = append(others, f.Name.Name)
			}
		}
	}
	slices.Sort(names)
	slices.Sort(others)
	return names, others, rapid, nil
}

// run runs tests, by these arguments, in a process that is the mutant value. Not held:
// they fail, or do not end within d.
func (m *model) run(ctx context.Context, args []string, value string, d time.Duration) (held bool, said string, err error) {
	if args == nil {
		return true, "", nil
	}
	timed, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	c := exec.CommandContext(timed, m.path, args...)
	c.Dir = m.dir
	c.Env = append(os.Environ(), Variable+"="+value)
	c.WaitDelay = time.Second
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return false, "", ctx.Err()
	case timed.Err() != nil:
		return false, "the models do not end", nil
	case err == nil:
		return true, "", nil
	case errors.As(err, &exit) && !bytes.Contains(out, []byte("flag provided but not defined")):
		return false, string(out), nil
	}
	return false, "", fmt.Errorf("the models of %s: %w\n%s", m.dir, err, out)
}

// modelled runs the models of list's packages unchanged, which have to hold, and
// returns those that pass a place, by its number: its own package's, then others',
// which may see more of what they use than it does itself, unless only its own count.
func (h *Hunter) modelled(ctx context.Context, list []*Mutant, only bool) (map[int][]*model, error) {
	own := make(map[int]string, len(list))
	for _, x := range list {
		own[x.Number] = path.Dir(x.File)
	}
	found := make(map[int][]*model)
	for _, p := range slices.Sorted(maps.Keys(h.models)) {
		m := h.models[p]
		if m.args == nil {
			continue
		}
		name := m.path + ".reached"
		held, said, err := m.run(ctx, m.args, "reach:"+name, 2*patience)
		if err == nil && !held {
			err = fmt.Errorf("the models of %s do not hold of the unchanged package: %s", p, said)
		}
		reached := make(map[int]bool)
		if err == nil {
			err = passed(name, reached)
		}
		if err != nil {
			return nil, err
		}
		for k := range reached {
			if own[k] == p {
				found[k] = slices.Insert(found[k], 0, m)
			} else if own[k] != "" && !only {
				found[k] = append(found[k], m)
			}
		}
	}
	return found, nil
}

// passed reads the numbers of the places that were passed, from the file name.
func passed(name string, to map[int]bool) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was read only
	for lines := bufio.NewScanner(f); lines.Scan(); {
		n, err := strconv.Atoi(lines.Text())
		if err != nil {
			return err
		}
		to[n] = true
	}
	return nil
}
