package mutate

// Expressions: conditions, bounds, atomics, results.

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// failing are conditions that look at an error.
var failing = regexp.MustCompile(`\b(e|err)\b *(!=|==)|sys\.E[A-Z]|Errno`)

// branch plants what can go wrong with an if.
func (g *gardener) branch(s *ast.IfStmt) { g.condition(s.Cond) }

// cases does so for a switch without a tag.
func (g *gardener) cases(s *ast.SwitchStmt) {
	if s.Tag != nil {
		return
	}
	for _, c := range s.Body.List {
		clause, ok := c.(*ast.CaseClause)
		if !ok || asserts(&ast.BlockStmt{List: clause.Body}) {
			continue
		}
		for _, x := range clause.List {
			g.condition(x)
		}
	}
}

// condition lets x be false, or true, whatever it says.
func (g *gardener) condition(x ast.Expr) {
	text := g.of(x)
	o := DropBranch
	if failing.MatchString(text) {
		o = DropErrorPath
	}
	g.wrap(x, "((", ") && !mutant.On(%d))", g.mutant(x, o, text))
	g.wrap(x, "((", ") || mutant.On(%d))", g.mutant(x, ForceBranch, text))
}

// bounds are the comparisons with the function that may get them wrong by one.
var bounds = map[token.Token]string{token.LSS: "Less", token.LEQ: "LessEqual", token.GTR: "Greater", token.GEQ: "GreaterEqual"}

// sums are the operators that a bound is shifted by.
var sums = map[token.Token]string{token.ADD: "Plus", token.SUB: "Minus"}

// truths are the operators that give true or false.
var truths = []token.Token{token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ, token.LAND, token.LOR}

// binary plants what can go wrong with an operator.
func (g *gardener) binary(x *ast.BinaryExpr) {
	switch function := bounds[x.Op]; {
	case x.Op == token.LAND || x.Op == token.LOR:
		for _, y := range []ast.Expr{x.X, x.Y} {
			g.operand(x, y)
		}
	case function != "":
		g.instead(x, "mutant."+function)
	case sums[x.Op] != "":
		if one, ok := x.Y.(*ast.BasicLit); ok && one.Kind == token.INT && one.Value == "1" && !literal(x.X) {
			g.instead(x, "mutant."+sums[x.Op])
		}
	}
}

// literal reports whether x is made of literals alone: no bound of anything, and of no type.
func literal(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.BasicLit:
		return true
	case *ast.BinaryExpr:
		return literal(x.X) && literal(x.Y)
	case *ast.ParenExpr:
		return literal(x.X)
	}
	return false
}

// operand leaves out y, one of x's two conditions.
func (g *gardener) operand(x *ast.BinaryExpr, y ast.Expr) {
	o, text := DropCondition, g.of(y)
	if strings.Contains(strings.ToLower(text), "generation") {
		o = DropGeneration
	}
	k := g.mutant(y, o, text+" of "+g.of(x))
	if x.Op == token.LAND {
		g.wrap(y, "(mutant.On(%d) || (", "))", k)
	} else {
		g.wrap(y, "(!mutant.On(%d) && (", "))", k)
	}
}

// instead lets a function of the switch do what x's operator does.
func (g *gardener) instead(x *ast.BinaryExpr, function string) {
	if !g.oneLine(x) {
		return
	}
	k := g.mutant(x, OffByOne, g.of(x))
	g.wrap(x, function+"(%d, ", ")", k)
	at := g.offset(x.OpPos)
	g.edits.swap(at, at+len(x.Op.String()), ",")
}

// call plants what can go wrong with a call that has a result.
func (g *gardener) call(c *ast.CallExpr) {
	f, method := c.Fun.(*ast.SelectorExpr)
	switch name := callee(c); {
	case !method && (name == "min" || name == "max") && len(c.Args) == 2:
		k := g.mutant(c, SwapExtreme, g.of(c))
		g.edits.swap(g.offset(c.Pos()), g.offset(c.Lparen)+1, fmt.Sprintf("mutant.%s(%d, ", strings.ToUpper(name[:1])+name[1:], k))
	case method && name == "CompareAndSwap" && len(c.Args) == 2:
		g.split(c, f, "Exchange")
	case method && name == "Add" && len(c.Args) == 1 && (g.of(c.Args[0]) == "1" || g.of(c.Args[0]) == "-1"):
		g.split(c, f, "Add")
	}
}

// split lets a function of the switch do what the atomic does.
func (g *gardener) split(c *ast.CallExpr, f *ast.SelectorExpr, function string) {
	k := g.mutant(c, SplitAtomic, g.of(c))
	x := g.of(f.X)
	g.edits.swap(g.offset(c.Pos()), g.offset(c.Lparen)+1,
		fmt.Sprintf("mutant.%s(%d, %s.Load, %s.Store, %s.%s, ", function, k, x, x, x, f.Sel.Name))
}

// result lets a function return the opposite.
func (g *gardener) result(s *ast.ReturnStmt) {
	for _, x := range s.Results {
		if g.truth(x) {
			g.wrap(x, "((", ") != mutant.On(%d))", g.mutant(x, Negate, "return "+g.of(x)))
		}
	}
}

// truth reports whether x is true or false, as far as its form tells.
func (g *gardener) truth(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name == "true" || x.Name == "false"
	case *ast.UnaryExpr:
		return x.Op == token.NOT
	case *ast.BinaryExpr:
		return slices.Contains(truths, x.Op)
	}
	return false
}
