package bytesim_test

// The program is a Treiber stack whose pop takes all, which has no ABA problem,
// and its broken sister that pops one, which has. Native fuzzing searches the
// sound one; the kept corpus, found on the broken one, convicts that.

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/bytesim"
)

// stack holds items 1 to 3; its links are atomic, so that nothing races.
type stack struct {
	head rt.Int32
	next [4]rt.Int32 // by item; 0: none
}

func (s *stack) push(i int32) {
	for {
		h := s.head.Load()
		s.next[i].Store(h)
		if s.head.CompareAndSwap(h, i) {
			return
		}
	}
}

// pop takes the first item: its next may have changed between load and swap.
func (s *stack) pop() int32 {
	for {
		h := s.head.Load()
		if h == 0 {
			return 0
		}
		next := s.next[h].Load()
		if s.head.CompareAndSwap(h, next) {
			return h
		}
	}
}

// all takes everything at once.
func (s *stack) all() []int32 {
	var list []int32
	for h := s.head.Swap(0); h != 0; h = s.next[h].Load() {
		list = append(list, h)
	}
	return list
}

// takers run two tasks that take items, and one of them puts its first back.
func takers(take func(s *stack) []int32) func() {
	return func() {
		var s stack
		for i := int32(3); i > 0; i-- {
			s.push(i)
		}
		var owner [4]rt.Int32
		own := func(task int32, list []int32) {
			for _, i := range list {
				if i == 0 {
					continue
				}
				if has := owner[i].Swap(task); has != 0 {
					rt.Bug("item %d taken by task %d, but task %d has it", i, task, has)
				}
			}
		}
		var wg rt.WaitGroup
		wg.Go("taker", func() { own(1, take(&s)); own(1, take(&s)) })
		wg.Go("returner", func() {
			list := take(&s)
			own(2, list)
			own(2, take(&s))
			if len(list) > 0 && list[0] != 0 {
				owner[list[0]].Store(0)
				s.push(list[0])
			}
		})
		wg.Wait()
	}
}

var (
	sound  = takers((*stack).all)
	broken = takers(func(s *stack) []int32 { return []int32{s.pop()} })
)

func run(data []byte, main func()) *sim.Report {
	return sim.Run(sim.Options{Strategy: bytesim.New(data)}, main)
}

func FuzzSchedules(f *testing.F) {
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		if r := run(data, sound); r.Verdict != nil {
			t.Fatal(r.Verdict)
		}
	})
}

// The kept corpus holds a schedule that convicts the broken stack.
func TestCorpusConvicts(t *testing.T) {
	paths, err := filepath.Glob("testdata/fuzz/FuzzSchedules/*")
	if err != nil || len(paths) == 0 {
		t.Fatal("no corpus:", err)
	}
	convicted := 0
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(text), "[]byte(")
		data, err := strconv.Unquote(strings.TrimSuffix(strings.TrimSpace(rest), ")"))
		if err != nil {
			t.Fatal(path, err)
		}
		if r := run([]byte(data), broken); r.Verdict != nil {
			convicted++
		}
	}
	if convicted == 0 {
		t.Error("no schedule of the corpus convicts the broken stack")
	}
}

// No bytes are the default schedule.
func TestDefault(t *testing.T) {
	a := run(nil, broken)
	b := run(make([]byte, 1000), broken)
	if a.Hash != b.Hash || len(run(nil, broken).Departures) != 0 || a.Verdict != nil {
		t.Errorf("%#x, %#x, %v", a.Hash, b.Hash, a.Verdict)
	}
	r := sim.Run(sim.Options{Strategy: bytesim.New(nil), Record: true}, broken)
	if len(r.Departures) != 0 {
		t.Errorf("departures without a byte: %v", r.Departures)
	}
}

// Bytes repeat exactly, and draws take what they need.
func TestDraws(t *testing.T) {
	var got []int
	main := func() {
		got = append(got[:0], sim.Choose("a", 10), sim.Choose("b", 1000), sim.Choose("c", 256), sim.Choose("d", 7))
	}
	r := run([]byte{3, 0xe7, 0x03, 255}, main)
	if want := []int{3, 999, 255, 0}; r.Verdict != nil || len(got) != 4 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] || got[3] != want[3] {
		t.Errorf("%v, %v", got, r.Verdict)
	}
}
