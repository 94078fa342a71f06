package mutate

// Planting: every place of the sources where an operator applies becomes a mutant.

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"

	"brigade/fuzz/zoo"
)

// Packages are those whose mutants are to be noticed: all of core but the seams, of
// which a simulation runs nothing.
var Packages = []string{
	"core/stage", "core/handoff", "core/poll", "core/httpconn", "core/mem", "core/bucket", "core/exchange", "core/accesslog", "core/iobuf",
	"core/filter", "core/http1", "core/http2", "core/cache", "core/spare", "core/histogram",
	"core/handler/static", "core/handler/proxy", "core/handler/kv", "core/handler/stats", "core/handler/echo",
}

// Mutant is one change at one place.
type Mutant struct {
	Number   int // from 1; it is the switch's
	File     string
	Line     int
	Function string // with its receiver's type
	Operator Operator
	Text     string // what is changed, in one line
	Again    int    // how many mutants of the function before it read the same
}

// Key names the mutant as long as what it changes stands: no line is in it. Of
// several that read the same in one function the second is marked #2, and so on.
func (m *Mutant) Key() string {
	key := m.name()
	if m.Again > 0 {
		key += fmt.Sprintf(" #%d", m.Again+1)
	}
	return key
}

func (m *Mutant) name() string {
	return fmt.Sprintf("%s:%s:%s:%s", m.File, m.Function, m.Operator, m.Text)
}

// String is what a report says of it.
func (m *Mutant) String() string {
	return fmt.Sprintf("%s:%d %s %s: %s", m.File, m.Line, m.Function, m.Operator, m.Text)
}

// Plant plants mutants everywhere in packages, directories of the module at root.
func Plant(root string, packages []string) ([]*Mutant, zoo.Sources, error) {
	s := make(zoo.Sources)
	var list []*Mutant
	for _, dir := range packages {
		paths, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(dir), "*.go"))
		if err != nil {
			return nil, nil, err
		}
		before := len(list)
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			name := dir + "/" + filepath.Base(path)
			text, err := os.ReadFile(path)
			if err != nil {
				return nil, nil, err
			}
			found, changed, err := plant(name, text, len(list)+1)
			if err != nil {
				return nil, nil, err
			}
			if len(found) > 0 {
				list, s[name] = append(list, found...), changed
			}
		}
		if len(list) == before {
			return nil, nil, fmt.Errorf("there is nothing to change in %q; packages are directories of the module, such as %s", dir, Packages[0])
		}
	}
	s[switchFile], s[hostFile] = []byte(switchSource), []byte(hostSource)
	return list, s, nil
}

// plant plants mutants in one file, numbered from first on.
func plant(name string, text []byte, first int) ([]*Mutant, []byte, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, nil, err
	}
	g := &gardener{name: name, text: text, file: set.File(file.Pos()), next: first}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil || f.Name.Name == "String" || f.Name.Name == "Label" {
			continue
		}
		g.function = functionName(f)
		ast.Inspect(f.Body, g.visit)
	}
	end := g.offset(file.Name.End())
	g.edits.wrap(end, end, switchImport, "")
	return g.list, g.edits.apply(text), nil
}

// functionName is f's name, behind its receiver's type.
func functionName(f *ast.FuncDecl) string {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return f.Name.Name
	}
	t := f.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name + "." + f.Name.Name
		default:
			return f.Name.Name
		}
	}
}

// gardener plants mutants in a file.
type gardener struct {
	name     string
	text     []byte
	file     *token.File
	function string
	next     int
	list     []*Mutant
	alike    map[string]int // mutants by name
	edits    edits
}

func (g *gardener) offset(p token.Pos) int { return g.file.Offset(p) }

// of is n's text.
func (g *gardener) of(n ast.Node) string {
	return string(g.text[g.offset(n.Pos()):g.offset(n.End())])
}

// oneLine reports whether n stands on one line.
func (g *gardener) oneLine(n ast.Node) bool {
	return g.file.Line(n.Pos()) == g.file.Line(n.End())
}

// mutant notes a mutant of n and returns its number.
func (g *gardener) mutant(n ast.Node, o Operator, text string) int {
	text = strings.Join(strings.Fields(text), " ")
	m := &Mutant{
		Number: g.next, File: g.name, Line: g.file.Line(n.Pos()), Function: g.function, Operator: o, Text: text,
	}
	if g.alike == nil {
		g.alike = make(map[string]int)
	}
	m.Again = g.alike[m.name()]
	g.alike[m.name()]++
	g.list = append(g.list, m)
	g.next++
	return g.next - 1
}

// wrap puts before and after around n; %d in before is number.
func (g *gardener) wrap(n ast.Node, before, after string, number int) {
	put := func(s string) string { return strings.ReplaceAll(s, "%d", fmt.Sprint(number)) }
	g.edits.wrap(g.offset(n.Pos()), g.offset(n.End()), put(before), put(after))
}

// visit is called for each node, the outer first.
func (g *gardener) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BlockStmt:
		g.statements(n.List)
	case *ast.CaseClause:
		g.statements(n.Body)
	case *ast.IfStmt:
		if asserts(n.Body) {
			return false
		}
		g.branch(n)
	case *ast.SwitchStmt:
		g.cases(n)
	case *ast.BinaryExpr:
		g.binary(n)
	case *ast.CallExpr:
		if silent[callee(n)] {
			return false
		}
		g.call(n)
	case *ast.ReturnStmt:
		g.result(n)
	case *ast.GenDecl, *ast.ArrayType:
		return false
	}
	return true
}

// callee is the name of what c calls, without what it belongs to.
func callee(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// called is the call that s is; nil: it is none.
func called(s ast.Stmt) *ast.CallExpr {
	if x, ok := s.(*ast.ExprStmt); ok {
		c, _ := x.X.(*ast.CallExpr)
		return c
	}
	return nil
}

// asserts reports whether a block is there to say what cannot be.
func asserts(b *ast.BlockStmt) bool {
	for _, s := range b.List {
		if c := called(s); c != nil && callee(c) == "Bug" {
			return true
		}
	}
	return false
}
