package maps

import (
	"maps"
	"slices"
	"strings"
)

type conn struct {
	id   int
	idle bool
	next string
}

func refused(m map[string]int, conns map[string]*conn, other map[int]string) ([]string, string) {
	for k := range m { // want `range over a map: the order may show \(a call for each element in line 17\); collect the keys, sort them, and range over those`
		strings.ToUpper(k)
	}
	last := ""
	for k := range m { // want `the order may show \(the last one stays in line 21\)`
		last = k
	}
	for last = range m { // want `the last key stays behind`
	}
	joined := ""
	for k := range m { // want `only integers add up the same in any order`
		joined += k
	}
	mean := 0.0
	for _, v := range m { // want `only integers add up`
		mean += float64(v)
	}
	for k := range m { // want `where it stops depends on the order`
		if k > "a" {
			break
		}
	}
	for k := range m { // want `it returns what it meets first`
		return nil, k
	}
	n := 0
	for _, v := range m { // want `it reads what it changes`
		if n < 10 {
			n += v
		}
	}
	for _, v := range m { // want `its operator does not commute`
		n *= v
	}
	for _, v := range m { // want `it is changed in two ways`
		n++
		n |= v
	}
	for k, v := range m { // want `the last one stays`
		other[v] = k
	}
	for range m { // want `it changes something and returns early`
		n++
		return nil, ""
	}
	for k, v := range m { // want `a call for each element`
		delete(conns, k+string(rune(v)))
	}
	var unsorted []string
	for k := range m { // want `unsorted is not sorted before it is used`
		unsorted = append(unsorted, k)
	}
	var late []string
	for k := range m { // want `late is not sorted before it is used`
		late = append(late, k)
	}
	_ = len(late)
	slices.Sort(late)
	var pairs []*conn
	for _, c := range conns { // want `elements that compare equal may differ`
		pairs = append(pairs, c)
	}
	slices.SortFunc(pairs, func(a, b *conn) int { return a.id - b.id })
	for _, c := range conns { // want `what d refers to may be changed under another name`
		d := c
		d.idle = true
	}
	for k := range maps.Keys(m) { // want `maps.Keys: the order of a map shows; wrap it in slices.Sorted`
		return unsorted, k + joined + last
	}
	_ = slices.Collect(maps.Values(m))                               // want `maps.Values: the order of a map shows`
	maps.DeleteFunc(m, func(string, int) bool { n++; return n < 3 }) // want `maps.DeleteFunc: its function is called in the map's order; use a loop over the map`
	return nil, ""
}

func generic[M ~map[string]int](m M, visit func(string)) {
	for k := range m { // want `range over a map`
		visit(k)
	}
}

func never(m map[string]int) (keys []string) {
	for k := range m { // want `keys is never sorted`
		keys = append(keys, k)
	}
	return
}

func outer(ms []map[string]int, keys []string) {
	for _, m := range ms {
		for k := range m { // want `the outer loop may use keys before it is sorted`
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
}
