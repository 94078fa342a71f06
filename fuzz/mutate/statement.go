package mutate

// Statements: left out, done twice, exchanged, and what stands between a Lock and
// its Unlock.

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"strings"
)

// statements plants mutants in a list of statements.
func (g *gardener) statements(list []ast.Stmt) {
	for i, s := range list {
		if i+1 < len(list) {
			g.exchange(s, list[i+1])
		}
		switch s := s.(type) {
		case *ast.ExprStmt:
			g.callStatement(s)
		case *ast.AssignStmt:
			g.assignment(s)
		case *ast.IncDecStmt:
			g.wrap(s, "if !mutant.On(%d) { ", " }", g.mutant(s, DropCount, g.of(s)))
		}
	}
	g.sections(list)
}

// callStatement plants what can go wrong with a call for its effect.
func (g *gardener) callStatement(s *ast.ExprStmt) {
	c := called(s)
	if c == nil || silent[callee(c)] {
		return
	}
	name := callee(c)
	o := DropCall
	if wakes[name] {
		o = DropWake
	}
	g.wrap(s, "if !mutant.On(%d) { ", " }", g.mutant(s, o, g.of(s)))
	if destroys[name] && g.oneLine(s) {
		g.wrap(s, "", "; if mutant.On(%d) { "+g.of(s)+" }", g.mutant(s, ActTwice, g.of(s)))
	}
	if name == "Broadcast" {
		one := strings.TrimSuffix(g.of(c.Fun), "Broadcast") + "Signal()"
		g.wrap(s, "if mutant.On(%d) { "+one+" } else { ", " }", g.mutant(s, SignalOne, g.of(s)))
	}
}

// nothing are values that a reset assigns.
var nothing = regexp.MustCompile(`^(nil|false|0|""|[\w.]*(None|NoSlot)|[\w.\[\]]+\{\}|.*\[:0\])$`)

// assignment plants what can go wrong with an assignment to what exists.
func (g *gardener) assignment(s *ast.AssignStmt) {
	if s.Tok == token.DEFINE || g.blank(s) {
		return
	}
	o := OmitReset
	for _, v := range s.Rhs {
		if !nothing.MatchString(g.of(v)) || s.Tok != token.ASSIGN {
			o = DropAssign
		}
	}
	if len(s.Lhs) == 1 || len(s.Lhs) != len(s.Rhs) || !g.oneLine(s) {
		g.wrap(s, "if !mutant.On(%d) { ", " }", g.mutant(s, o, g.of(s)))
		return
	}
	for i := range s.Lhs {
		var to, from []string
		for j := range s.Lhs {
			if j != i {
				to, from = append(to, g.of(s.Lhs[j])), append(from, g.of(s.Rhs[j]))
			}
		}
		rest := strings.Join(to, ", ") + " = " + strings.Join(from, ", ")
		o := DropAssign
		if nothing.MatchString(g.of(s.Rhs[i])) {
			o = OmitReset
		}
		g.wrap(s, "if mutant.On(%d) { "+rest+" } else { ", " }", g.mutant(s, o, g.of(s.Lhs[i])+" = "+g.of(s.Rhs[i])))
	}
}

// blank reports whether s assigns to nothing.
func (g *gardener) blank(s *ast.AssignStmt) bool {
	for _, x := range s.Lhs {
		if g.of(x) != "_" {
			return false
		}
	}
	return true
}

// simple reports whether s, alone on its line, can be put elsewhere.
func (g *gardener) simple(s ast.Stmt) bool {
	if !g.oneLine(s) {
		return false
	}
	switch s := s.(type) {
	case *ast.ExprStmt:
		c := called(s)
		return c != nil && !silent[callee(c)]
	case *ast.AssignStmt:
		return s.Tok != token.DEFINE
	case *ast.IncDecStmt:
		return true
	}
	return false
}

// name is what s calls, if it is a call.
func name(s ast.Stmt) string {
	if c := called(s); c != nil {
		return callee(c)
	}
	return ""
}

// exchange lets a and b, neighbours, change places, if one of them is what others
// wait for or see.
func (g *gardener) exchange(a, b ast.Stmt) {
	o := SwapPublish
	switch x, y := name(a), name(b); {
	case !g.simple(a) && !(y == "Unlock" && harmless(a)) || !g.simple(b):
		return
	case x == "Unlock" || y == "Lock":
		return // nothing comes under the lock that was not
	case x == "Lock" || y == "Unlock":
		o = SwapUnlock
		if x == "Lock" && y == "Unlock" {
			return
		}
	case !publishes[x] && !publishes[y]:
		return
	}
	k := g.mutant(a, o, g.of(a)+"; "+g.of(b))
	g.wrap(b, "if !mutant.On(%d) { ", " }", k)
	at := g.offset(a.Pos())
	g.edits.wrap(at, at, fmt.Sprintf("if mutant.On(%d) { %s }; ", k, g.of(b)), "")
}

// harmless reports whether s never leaves its list of statements.
func harmless(s ast.Stmt) bool {
	if _, ok := s.(*ast.IfStmt); !ok {
		return false
	}
	stays := true
	ast.Inspect(s, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.ReturnStmt, *ast.BranchStmt:
			stays = false
		}
		return stays
	})
	return stays
}

// sections splits what lies between a Lock and its Unlock, or the list's end.
func (g *gardener) sections(list []ast.Stmt) {
	lock, fresh := "", false
	for _, s := range list {
		of := strings.TrimSpace(g.of(s))
		switch {
		case strings.HasSuffix(of, ".Lock()") && !strings.Contains(of, "\n"):
			lock, fresh = strings.TrimSuffix(of, "Lock()"), true
			continue
		case lock == "" || strings.HasPrefix(of, "defer "):
			continue
		case of == lock+"Unlock()":
			lock = ""
			continue
		case fresh:
			fresh = false
			continue
		}
		k := g.mutant(s, SplitSection, firstLine(of))
		at := g.offset(s.Pos())
		g.edits.wrap(at, at, fmt.Sprintf("if mutant.On(%d) { %sUnlock(); %sLock() }; ", k, lock, lock), "")
	}
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}
