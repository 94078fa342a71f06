package vars

import (
	"errors"
	"fmt"
	"io"

	"brigade/core/rt"
)

// Tables and errors that are only read.
var (
	Limits = [...]int{1, 2, 3}

	names  = []string{"a", "b"}
	sizes  = map[string]int{"a": 1}
	routes = map[string]func(){"a": func() {}}

	ErrClosed  = errors.New("closed")
	errMissing = &Error{Status: 404}
)

type Error struct{ Status int }

func (e *Error) Error() string { return fmt.Sprint(e.Status) }

// State by any other name.
var (
	count   int
	total   struct{ bytes int }
	queue   []string
	seen    = map[string]bool{}
	lock    rt.Mutex
	free    *node           // want `package variable free: what it points to may change: it would be kept from one run to the next; hang it on the run's root, or make it a read-only table`
	out     io.Writer       // want `package variable out: what it points to may change`
	nodes   = []*node{}     // want `package variable nodes: what it points to may change`
	next    = counter()     // want `package variable next: a function that a call returned may keep state of its own; declare a function`
	Exposed = []string{"a"} // want `package variable Exposed: every importer can change what it holds; export a function that reads it, or make it an array`
	table   [4]int
	buffer  = []byte("a")
	matrix  = [][]int{{1}}
	sealed  [2]int
	codes   = [...]int{1}
	words   = []string{"x"}
	rows    = []row{{cells: []int{1}}}
	lists   = set{"a"}
)

type node struct{ n int }

type row struct{ cells []int }

type set []string

func (s set) has(x string) bool {
	for _, y := range s {
		if x == y {
			return true
		}
	}
	return false
}

func (s set) put(x string) { s[0] = x }

func counter() func() int {
	n := 0
	return func() int { n++; return n }
}

func init() {
	table[0] = 1 // want `package variable table: it is assigned to`
}

func change(k string) {
	count++                  // want `package variable count: it is assigned to: it would be kept from one run to the next; hang it on the run's root, or make it a read-only table`
	count = 2                // want `package variable count: it is assigned to`
	total.bytes += 1         // want `package variable total: it is assigned to`
	queue = append(queue, k) // want `package variable queue: it is assigned to` `package variable queue: append may write behind its end`
	seen[k] = true           // want `package variable seen: it is assigned to`
	delete(sizes, k)         // want `package variable sizes: delete changes it`
	clear(seen)              // want `package variable seen: clear changes it`
	copy(buffer, k)          // want `package variable buffer: copy changes it`
	lock.Lock()              // want `package variable lock: its method Lock has a pointer receiver`
	p := &sealed             // want `package variable sealed: its address is taken`
	for codes[0] = range 3 { // want `package variable codes: it is assigned to`
	}
	for count = range 3 { // want `package variable count: it is assigned to`
	}
	_ = p
	errMissing.Status = 500 // want `package variable errMissing: it is assigned to` `write to a field of an error: it may be errMissing, which is a package variable; make a new error with the field set`
}

func leak() []string {
	part := buffer[:1] // want `package variable buffer: it is assigned to, as part`
	part[0] = 'b'
	return names // want `package variable names: its memory gets another name`
}

func leakElement(i int) {
	r := matrix[i] // want `package variable matrix: it is assigned to, as r`
	r[0] = 2
	keep(words)            // want `package variable words: its memory gets another name, as list`
	_ = fill(matrix[0], 1) // want `package variable matrix: it is assigned to, as list`
	_ = io.MultiWriter()
	_, _ = io.Discard.Write(buffer) // want `package variable buffer: it is passed to Write, which may keep or change it`
	lists.put("a")                  // want `package variable lists: it is assigned to, as s`
}

type keeper struct{ list []string }

func keep(list []string) *keeper { return &keeper{list: list} }

func fill(list []int, n int) int {
	list[0] = n
	return n
}

func mark(e *Error) {
	e.Status = 1 // want `write to a field of an error: it may be errMissing`
}

func sum(list []int) (n int) {
	for _, x := range list {
		n += x
	}
	return n
}

func read(k string, dst []byte) ([]byte, error) {
	for _, r := range rows {
		dst = append(dst, byte(sum(r.cells)+len(r.cells)))
	}
	if name := names[0]; name == k && lists.has(k) {
		routes[k]()
	}
	r := rows[0]
	_ = r.cells[0] + Limits[1]
	dst = append(dst, buffer...)
	copy(dst, buffer)
	if n, ok := sizes[k]; ok && n > 1 {
		return dst, errMissing
	}
	if string(buffer) == k {
		return dst, fmt.Errorf("read: %w", ErrClosed)
	}
	return dst, &Error{Status: 400}
}
