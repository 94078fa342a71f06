package invariants_test

// The table of probes is true: each kind is emitted where it says, and nowhere
// else; each has a checker that is told of it, which speaks for the invariants that
// the table names; each word that is used has a meaning.

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"brigade/core/rt"
	"brigade/invariants"
)

// emitters are the functions of core, as package and name, that emit each kind, by
// the name of its constant.
func emitters(t *testing.T) map[string][]string {
	t.Helper()
	found := make(map[string][]string)
	root := filepath.Join("..", "core")
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return err
		}
		if filepath.Dir(name) == filepath.Join(root, "rt") {
			return nil // the seam itself
		}
		where, err := filepath.Rel("..", filepath.Dir(name))
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if kind := probeOf(n); kind != "" {
					by := filepath.ToSlash(where) + " " + f.Name.Name
					if !slices.Contains(found[kind], by) {
						found[kind] = append(found[kind], by)
					}
				}
				return true
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// probeOf is the constant of the kind that a call of rt.Probe names; empty: n is no
// such call.
func probeOf(n ast.Node) string {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return ""
	}
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || f.Sel.Name != "Probe" {
		return ""
	}
	if k, ok := call.Args[0].(*ast.SelectorExpr); ok {
		return k.Sel.Name
	}
	return "no constant"
}

// constant is the name of a kind's constant: conn-open's is ProbeConnOpen.
func constant(name string) string {
	s := "Probe"
	for _, word := range strings.Split(name, "-") {
		s += strings.ToUpper(word[:1]) + word[1:]
	}
	return s
}

func TestProbeTableIsTrue(t *testing.T) {
	found := emitters(t)
	for k := rt.ProbeNone + 1; int(k) < rt.Kinds; k++ {
		row := rt.Probes()[k]
		by := found[constant(row.Name)]
		slices.Sort(by)
		if got := strings.Join(by, ", "); got != row.Emitter {
			t.Errorf("%s is emitted by %q; its row says %q", row.Name, got, row.Emitter)
		}
		delete(found, constant(row.Name))
		speaks := spoken(k)
		if speaks == nil {
			t.Logf("no checker is told of %s", row.Name)
		}
		for _, i := range strings.Fields(row.Invariants) {
			if speaks != nil && !slices.Contains(speaks, i) {
				t.Errorf("%s is said to serve %s; the checkers that are told of it speak for %v", row.Name, i, speaks)
			}
		}
		if row.Invariants == "" || row.Words[0] == "" {
			t.Errorf("the row of %s is not complete: %+v", row.Name, row)
		}
	}
	for name, by := range found {
		t.Errorf("%s is emitted by %v, and has no row", name, by)
	}
}

// spoken are the invariants for which those speak that are told of k.
func spoken(k rt.Kind) (list []string) {
	for _, c := range invariants.All() {
		if slices.Contains(c.Kinds, k) {
			list = append(list, c.Numbers...)
		}
	}
	return list
}
