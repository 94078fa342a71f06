package mutate

// Edits of a text. Each puts something before and after a stretch, or in its
// place. Stretches nest as syntax does: at a common end the outer one's text is
// the outer one.

import (
	"bytes"
	"cmp"
	"slices"
)

// edit is one change of a text, of the bytes from..to.
type edit struct {
	from, to int
	before   string
	after    string
	replace  bool // before takes the place of the stretch
}

// edits are the changes of one file, in the order in which they were made: of two
// with the same stretch the first is the outer one.
type edits []edit

func (e *edits) wrap(from, to int, before, after string) {
	*e = append(*e, edit{from: from, to: to, before: before, after: after})
}

func (e *edits) swap(from, to int, text string) {
	*e = append(*e, edit{from: from, to: to, before: text, replace: true})
}

// cut is a place where something is put in, and how many bytes are left out.
type cut struct {
	at   int
	skip int
	text string
	// Order at one place: what ends there, then what begins.
	begins bool
	span   int
	order  int
}

// apply returns text with all edits made.
func (e edits) apply(text []byte) []byte {
	var cuts []cut
	for i, x := range e {
		span := x.to - x.from
		if x.replace {
			cuts = append(cuts, cut{at: x.from, skip: span, text: x.before, begins: true, span: -1, order: i})
			continue
		}
		if span == 0 { // it stands before whatever begins there
			cuts = append(cuts, cut{at: x.from, text: x.before, begins: true, span: len(text), order: i})
			continue
		}
		cuts = append(cuts,
			cut{at: x.from, text: x.before, begins: true, span: span, order: i},
			cut{at: x.to, text: x.after, span: span, order: i})
	}
	slices.SortFunc(cuts, func(a, b cut) int {
		if a.at != b.at {
			return a.at - b.at
		}
		if a.begins != b.begins {
			if a.begins {
				return 1
			}
			return -1
		}
		if a.begins {
			return cmp.Or(b.span-a.span, a.order-b.order)
		}
		return cmp.Or(a.span-b.span, b.order-a.order)
	})
	var b bytes.Buffer
	done := 0
	for _, c := range cuts {
		b.Write(text[done:c.at])
		b.WriteString(c.text)
		done = c.at + c.skip
	}
	b.Write(text[done:])
	return b.Bytes()
}
