package mutate

import (
	"slices"
	"strings"
	"testing"
)

// Each operator, at the least place where it applies. What is changed reads as
// before when no mutant acts; the numbers are the mutants'.
func TestOperators(t *testing.T) {
	for _, c := range []struct {
		operator Operator
		body     string
		want     string
	}{
		{DropWake, "q.some.Signal()", "if !mutant.On(1) { q.some.Signal() }"},
		{DropCall, "f()", "if !mutant.On(1) { f() }"},
		{DropCount, "n++", "if !mutant.On(1) { n++ }"},
		{DropAssign, "x = y", "if !mutant.On(1) { x = y }"},
		{OmitReset, "x = nil", "if !mutant.On(1) { x = nil }"},
		{OmitReset, "x, y = 0, z", "if mutant.On(1) { y = z } else { if mutant.On(2) { x = 0 } else { x, y = 0, z } }"},
		{DropBranch, "if x { f() }", "if ((((x) || mutant.On(2))) && !mutant.On(1)) { if !mutant.On(3) { f() } }"},
		{DropErrorPath, "if e != sys.OK { return }", "&& !mutant.On(1)"},
		{ForceBranch, "switch { case x: return }", "switch { case ((((x) || mutant.On(2))) && !mutant.On(1)): return }"},
		{DropCondition, "x := a && b", "x := (mutant.On(1) || (a)) && (mutant.On(2) || (b))"},
		{DropCondition, "x := a || b", "x := (!mutant.On(1) && (a)) || (!mutant.On(2) && (b))"},
		{DropGeneration, "x := a || s.generation != g", "(!mutant.On(2) && (s.generation != g))"},
		{OffByOne, "x := a < b", "x := mutant.Less(1, a , b)"},
		{OffByOne, "x := list[n-1]", "x := list[mutant.Minus(1, n,1)]"},
		{Negate, "return a == b", "return ((a == b) != mutant.On(1))"},
		{SwapExtreme, "x := min(a, b)", "x := mutant.Min(1, a, b)"},
		{SwapUnlock, "n++; mu.Unlock()", "if mutant.On(1) { mu.Unlock() }; if !mutant.On(2) { n++ }; if !mutant.On(1) { if !mutant.On(3) { mu.Unlock() } }"},
		{SwapPublish, "n++; q.Push(c)", "if mutant.On(1) { q.Push(c) }; "},
		{SplitSection, "mu.Lock(); n++; m++; mu.Unlock()", "if mutant.On(7) { mu.Unlock(); mu.Lock() }; if !mutant.On(5) { m++ }"},
		{SplitAtomic, "x := a.CompareAndSwap(b, c)", "x := mutant.Exchange(1, a.Load, a.Store, a.CompareAndSwap, b, c)"},
		{SignalOne, "s.Broadcast()", "if mutant.On(2) { s.Signal() } else { s.Broadcast() }"},
		{ActTwice, "p.Put(h)", "if !mutant.On(1) { p.Put(h); if mutant.On(2) { p.Put(h) } }"},
	} {
		text := "package p\n\nfunc (r *R[T]) f() {\n\t" + c.body + "\n}\n"
		list, changed, err := plant("core/p/p.go", []byte(text), 1)
		if err != nil {
			t.Errorf("%s: %v", c.body, err)
			continue
		}
		found := false
		for _, m := range list {
			found = found || m.Operator == c.operator && m.Line == 4 && m.Function == "R.f"
		}
		if !found || !strings.Contains(string(changed), c.want) {
			t.Errorf("%s of %s: %v\n%s\nwant %s", c.operator, c.body, list, changed, c.want)
		}
		if strings.Count(string(changed), "\n") != strings.Count(text, "\n") {
			t.Errorf("%s: lines have moved:\n%s", c.body, changed)
		}
	}
}

// What says, marks or asserts is left alone.
func TestSilent(t *testing.T) {
	for _, body := range []string{
		`rt.Probe(rt.ProbeLoop, 1, 0, 0)`, `if a < b { rt.Bug("a is below b") }`, `rt.Taken(c)`, `x := f(a + 2)`, `const n = m - 1`,
	} {
		list, _, err := plant("core/p/p.go", []byte("package p\n\nfunc f() {\n\t"+body+"\n}\n"), 1)
		if err != nil || len(list) != 0 {
			t.Errorf("%s: %v %v", body, list, err)
		}
	}
}

func TestPlantNothing(t *testing.T) {
	if _, _, err := Plant(t.TempDir(), []string{"core/none"}); err == nil || !strings.Contains(err.Error(), `nothing to change in "core/none"`) {
		t.Error(err)
	}
}

// A mutant's key says nothing of its line, and is its own.
func TestKey(t *testing.T) {
	keys := ""
	for _, lines := range []string{"", "\n\n"} {
		list, _, err := plant("core/p/p.go", []byte("package p\n"+lines+"func f() { n++; n++ }\n"), 1)
		if err != nil || len(list) != 2 {
			t.Fatal(list, err)
		}
		keys += list[0].Key() + "\n" + list[1].Key() + "\n"
	}
	if want := strings.Repeat("core/p/p.go:f:drop-count:n++\ncore/p/p.go:f:drop-count:n++ #2\n", 2); keys != want {
		t.Errorf("%q, want %q", keys, want)
	}
}

func TestSample(t *testing.T) {
	list := make([]*Mutant, 100)
	for i := range list {
		list[i] = &Mutant{Number: i + 1}
	}
	a, b, c := Sample(list, 10, 1), Sample(list, 10, 1), Sample(list, 10, 2)
	if !slices.Equal(a, b) || slices.Equal(a, c) || len(a) != 10 || len(Sample(list, 0, 1)) != 100 {
		t.Error("a sample is its seed's")
	}
}
