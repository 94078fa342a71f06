// Package analyzer finds what would let the core behave differently twice from
// the same seed: anything asked of Go's runtime or of the machine past the seams
// core/rt and core/sys, and anything kept from one run to the next.
//
// It looks at every package under brigade/core except the two that are the seams'
// real side, core/rt and core/sys/linux. Test files are exempt, but for one rule:
// nobody, in whatever package, may change a package variable of the core.
//
// There is no directive to silence a finding. Where a rule cannot tell that
// something is harmless, it refuses it and names a form that it can tell.
//
// What data races do is left to race mode, and what happens below an interface or
// in a package of the standard library that counts as pure is taken on trust.
package analyzer

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"
)

// Analyzer reports breaches of the core's purity.
var Analyzer = &analysis.Analyzer{
	Name:     "purity",
	Doc:      "report what the core may not ask of the runtime or the machine\n\nIts two seams are core/rt and core/sys; everything else must follow from its inputs.",
	Requires: []*analysis.Analyzer{inspect.Analyzer},
	Run:      run,
}

// A check is one rule, applied to every file of the core that ships.
type check func(p *pass, c inspector.Cursor)

// checks are the rules that look at syntax one node at a time, by file.
var checks = []check{
	(*pass).concurrency,
	(*pass).builtins,
	(*pass).uses,
	(*pass).pointers,
	(*pass).printing,
	(*pass).mapRange,
	(*pass).mapIterator,
}

// pass is one package under analysis.
type pass struct {
	*analysis.Pass
	root inspector.Cursor
}

func run(a *analysis.Pass) (any, error) {
	if strings.HasSuffix(a.Pkg.Path(), ".test") {
		return nil, nil // what go test generates to run a package's tests
	}
	p := &pass{Pass: a, root: a.ResultOf[inspect.Analyzer].(*inspector.Inspector).Root()}
	p.packageVars()
	if !governed(a.Pkg.Path()) {
		return nil, nil
	}
	p.imports()
	p.directives()
	for file := range p.root.Preorder((*ast.File)(nil)) {
		if p.inTest(file.Node().Pos()) {
			continue
		}
		for c := range file.Preorder() {
			for _, rule := range checks {
				rule(p, c)
			}
		}
	}
	return nil, nil
}

const (
	corePath  = "brigade/core"
	rtPath    = "brigade/core/rt"
	linuxPath = "brigade/core/sys/linux"
)

// governed says whether the rules hold in the package with the given path.
func governed(path string) bool {
	return within(path, corePath) && !within(path, rtPath) && !within(path, linuxPath)
}

// within says whether path is parent or lies below it.
func within(path, parent string) bool {
	rest, ok := strings.CutPrefix(path, parent)
	return ok && (rest == "" || rest[0] == '/')
}

// inTest says whether pos lies in a test file.
func (p *pass) inTest(pos token.Pos) bool {
	return strings.HasSuffix(p.Fset.File(pos).Name(), "_test.go")
}

// refuse reports a breach: the thing, what is wrong with it, what to do instead.
func (p *pass) refuse(at analysis.Range, thing, rule, instead string) {
	p.ReportRangef(at, "%s: %s; %s", thing, rule, instead)
}

// typeOf is the type of e, or nil.
func (p *pass) typeOf(e ast.Expr) types.Type { return p.TypesInfo.TypeOf(e) }

// builtin is the name of the built-in function that call calls, or "".
func (p *pass) builtin(call *ast.CallExpr) string {
	if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok {
		if b, ok := p.TypesInfo.Uses[id].(*types.Builtin); ok {
			return b.Name()
		}
	}
	return ""
}

// isConversion says whether call converts a value rather than calling anything.
func (p *pass) isConversion(call *ast.CallExpr) bool {
	return p.TypesInfo.Types[call.Fun].IsType()
}
