package mutate

// The switch: the package that mutated sources import. It exists in the overlay
// only. A host says which mutant acts, run by run; a process of a package's tests
// is one mutant for its life, or none.

// Variable names the mutant that a process of tests is: its number, or reach: and
// a file, into which it writes the numbers of the places it passes.
const Variable = "BRIGADE_MUTANT"

// switchFile is where the package lies in the overlay.
const switchFile = "core/mutant/mutant.go"

// switchImport is put behind the package clause of a mutated file.
const switchImport = `; import mutant "brigade/core/mutant"`

// memory is what a mutant may take, in bytes: some would take all there is.
const memory = "1 << 30"

const switchSource = `package mutant

import (
	"cmp"
	"fmt"
	"os"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

var (
	active int
	noting bool
	passed [1 << 16]atomic.Bool // tests have several threads
	reach  *os.File
)

func init() {
	value := os.Getenv("` + Variable + `")
	active, _ = strconv.Atoi(value)
	if name, ok := strings.CutPrefix(value, "reach:"); ok {
		f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			panic(err)
		}
		reach, noting = f, true
	}
	go limit()
}

func limit() {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	for {
		time.Sleep(20 * time.Millisecond)
		if metrics.Read(s); s[0].Value.Uint64() > ` + memory + ` {
			fmt.Fprintln(os.Stderr, "a mutant takes too much memory")
			os.Exit(99)
		}
	}
}

// Select lets the mutant k act from now on; 0: none. If note is set, the places
// that are passed are noted.
func Select(k int, note bool) { active, noting = k, note }

// Passed returns the places that were passed since it was called last.
func Passed() (list []int) {
	for k := range passed {
		if passed[k].Load() {
			passed[k].Store(false)
			list = append(list, k)
		}
	}
	return list
}

func note(k int) {
	if !passed[k].Swap(true) && reach != nil {
		fmt.Fprintln(reach, k)
	}
}

func On(k int) bool {
	if noting {
		note(k)
	}
	return k == active
}

func Less[T cmp.Ordered](k int, a, b T) bool {
	if On(k) {
		return a <= b
	}
	return a < b
}

func LessEqual[T cmp.Ordered](k int, a, b T) bool {
	if On(k) {
		return a < b
	}
	return a <= b
}

func Greater[T cmp.Ordered](k int, a, b T) bool {
	if On(k) {
		return a >= b
	}
	return a > b
}

func GreaterEqual[T cmp.Ordered](k int, a, b T) bool {
	if On(k) {
		return a > b
	}
	return a >= b
}

type integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

func Plus[T integer](k int, a, b T) T {
	if On(k) {
		return a
	}
	return a + b
}

func Minus[T integer](k int, a, b T) T {
	if On(k) {
		return a
	}
	return a - b
}

func Min[T cmp.Ordered](k int, a, b T) T {
	if On(k) {
		return max(a, b)
	}
	return min(a, b)
}

func Max[T cmp.Ordered](k int, a, b T) T {
	if On(k) {
		return min(a, b)
	}
	return max(a, b)
}

func Exchange[T comparable](k int, load func() T, store func(T), exchange func(T, T) bool, old, new T) bool {
	if !On(k) {
		return exchange(old, new)
	}
	if load() != old {
		return false
	}
	store(new)
	return true
}

func Add[T integer](k int, load func() T, store func(T), add func(T) T, by T) T {
	if !On(k) {
		return add(by)
	}
	v := load() + by
	store(v)
	return v
}
`
