package mutate

// The switch: the package that mutated sources import. It exists in the overlay
// only. A process is one mutant for its life, or none.

// Variable names the mutant that a process is: its number, or reach: and a file,
// into which it writes the numbers of the places it passes.
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
	"sync"
	"time"
)

var (
	active, _ = strconv.Atoi(os.Getenv("` + Variable + `"))
	reach     = open()
	seen      sync.Map // tests have several threads
)

func open() *os.File {
	name, ok := strings.CutPrefix(os.Getenv("` + Variable + `"), "reach:")
	if !ok {
		return nil
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	return f
}

func init() {
	if active == 0 {
		return
	}
	go func() {
		s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		for {
			time.Sleep(20 * time.Millisecond)
			if metrics.Read(s); s[0].Value.Uint64() > ` + memory + ` {
				fmt.Fprintln(os.Stderr, "a mutant takes too much memory")
				os.Exit(99)
			}
		}
	}()
}

func On(k int) bool {
	if reach != nil {
		if _, passed := seen.LoadOrStore(k, true); !passed {
			fmt.Fprintln(reach, k)
		}
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
