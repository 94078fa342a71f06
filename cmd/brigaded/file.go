package main

// The file that --config names: TOML, taken apart by go-toml, whose parser tells where
// each key and value stands. It becomes a row of entries, one for each value, whether it
// was written in a table, with a dotted key or in braces; key.go gives them a meaning.

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// place is where something stands in a file: line and column, from 1 on.
type place struct{ line, column int }

func (a place) compare(b place) int {
	if a.line != b.line {
		return a.line - b.line
	}
	return a.column - b.column
}

// value is a number, a text, or what else TOML has.
type value struct {
	at   place
	kind unstable.Kind
	text string  // of a text what it says, else as it is written
	list []value // of a list
}

// entry is a key with its value, or the head of a table, which has none.
type entry struct {
	path []string
	at   place
	value
}

// key is the entry's, as it would be written in one line.
func (e *entry) key() string { return strings.Join(e.path, ".") }

// fault is something wrong in a file.
type fault struct {
	at  place
	why string
}

// document is a file that is taken apart.
type document struct {
	parser unstable.Parser
	list   []entry
	faults []fault

	unknown []string // tables, of which that was said
}

func (d *document) fail(at place, format string, args ...any) {
	d.faults = append(d.faults, fault{at, fmt.Sprintf(format, args...)})
}

func (d *document) at(r unstable.Range) place {
	p := d.parser.Shape(r).Start
	return place{p.Line, p.Column}
}

// parse takes a file apart, as far as it is TOML; what is not is the last fault.
func parse(data []byte) *document {
	d := new(document)
	d.parser.Reset(data)
	var table []string
	for d.parser.NextExpression() {
		n := d.parser.Expression()
		switch n.Kind {
		case unstable.Table:
			e := d.head(n)
			table = e.path
			d.list = append(d.list, e)
		case unstable.ArrayTable:
			e := d.head(n)
			table = e.path
			d.fail(e.at, "[[%s]] is a list of tables; a table is meant, [%[1]s], and several have names, [%[1]s.NAME]", e.key())
		default:
			d.pair(n, table)
		}
	}
	if d.parser.Error() == nil && len(d.faults) > 0 {
		return d
	}
	var all map[string]any // its parser looks for keys and tables that are there twice
	var wrong *toml.DecodeError
	if err := toml.Unmarshal(data, &all); errors.As(err, &wrong) {
		line, column := wrong.Position()
		d.fail(place{line, max(column, 1)}, "%s", strings.TrimPrefix(wrong.Error(), "toml: "))
	}
	return d
}

// head is the name of a table.
func (d *document) head(n *unstable.Node) (e entry) {
	e.kind = unstable.Table
	e.path, e.at = d.name(n.Key(), nil)
	return e
}

// name is a key that may have dots, below the table that it stands in.
func (d *document) name(parts unstable.Iterator, below []string) (path []string, at place) {
	path = slices.Clone(below)
	for parts.Next() {
		if k := parts.Node(); at.line == 0 {
			at = d.at(k.Raw)
		}
		path = append(path, string(parts.Node().Data))
	}
	return path, at
}

// pair takes in a key and its value, which may be more of them in braces.
func (d *document) pair(n *unstable.Node, below []string) {
	var e entry
	e.path, e.at = d.name(n.Key(), below)
	v := n.Value()
	if v.Kind != unstable.InlineTable {
		e.value = d.value(v, e.at)
		d.list = append(d.list, e)
		return
	}
	e.kind = unstable.Table
	d.list = append(d.list, e)
	for i := v.Children(); i.Next(); {
		d.pair(i.Node(), e.path)
	}
}

// value is n, which has no place of its own if it is a list.
func (d *document) value(n *unstable.Node, at place) value {
	v := value{at: at, kind: n.Kind, text: string(n.Data)}
	if n.Raw.Length > 0 {
		v.at = d.at(n.Raw)
	}
	if n.Kind == unstable.Array {
		for i := n.Children(); i.Next(); {
			v.list = append(v.list, d.value(i.Node(), at))
		}
	}
	return v
}
