package http1

// Requests out of the grammar (netsim/grammar), steered by a fuzzer's bytes: right
// ones are accepted and mean what they were derived to mean, and one wrong thing
// gets the verdict of its clause.

import (
	"slices"
	"testing"

	"brigade/netsim/grammar"
)

// steered draws from bytes; when they are used up, it draws 0.
func steered(b []byte) grammar.Source {
	return func(_ string, n int) int {
		if len(b) == 0 {
			return 0
		}
		x := int(b[0]) % n
		b = b[1:]
		return x
	}
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// checkRight holds that a derived request is accepted for what it is.
func checkRight(t failer, r *grammar.Request) {
	t.Helper()
	text := r.Text()
	q := new(Request)
	n, e := q.Parse(text, 0, nil)
	if e != nil || n != r.HeadSize() || string(q.MethodName) != r.Method {
		t.Fatalf("%q: %d of %d bytes, %v, method %q", text, n, r.HeadSize(), e, q.MethodName)
	}
	if rest, e := contentEnd(q, text[n:]); e != nil || rest != 0 {
		t.Fatalf("%q: %d bytes behind the content, %v", text, rest, e)
	}
}

// contentEnd reads the content of q and returns how much is left behind it;
// negative: it is not all there.
func contentEnd(q *Request, b []byte) (rest int, e *Error) {
	if !q.Chunked {
		return len(b) - int(max(q.ContentLength, 0)), nil
	}
	var c Chunked
	for {
		_, n, done, e := c.Next(b)
		b = b[n:]
		switch {
		case e != nil:
			return 0, e
		case done:
			return len(b), nil
		case n == 0:
			return -1, nil
		}
	}
}

// checkWrong holds that a mutated request gets its verdict.
func checkWrong(t failer, m *grammar.Mutation, r *grammar.Request) {
	t.Helper()
	text := append(r.Text(), "GET /digits HTTP/1.1\r\nHost: test\r\n\r\n"...)
	q := new(Request)
	n, e := q.Parse(text, 0, nil)
	if m.Late && e == nil && n > 0 {
		if _, e = contentEnd(q, text[n:]); e != nil {
			return
		}
	}
	if e == nil || !slices.Contains(m.Statuses, e.Status) {
		t.Fatalf("%s (%s) in %q: %v; want a refusal with %v", m.Name, m.Clause, text, e, m.Statuses)
	}
}

func FuzzGrammar(f *testing.F) {
	for i := range len(grammar.Mutations()) {
		f.Add(uint8(i), []byte{byte(i), 3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9})
	}
	f.Fuzz(func(t *testing.T, which uint8, b []byte) {
		list := grammar.Mutations()
		draw := steered(b)
		r := grammar.Derive(draw, "/a/b")
		checkRight(t, &r)
		m := &list[int(which)%len(list)]
		m.Apply(&r, draw)
		checkWrong(t, m, &r)
	})
}
