package http1

// Heads of answers, in other words than the parser's: one regular expression for their
// lines, and RFC 9112 §6.3 over the list of their fields.

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var answerForm = regexp.MustCompile("^HTTP/1\\.([0-9]) ([1-5][0-9][0-9])(?: [^\x00-\x08\x0a-\x1f\x7f]*)?\r\n" +
	"((?:[-!#$%&'*+.^_`|~0-9A-Za-z]+:[^\x00-\x08\x0a-\x1f\x7f]*\r\n)*)\r\n")

// answered is what an answer's head comes to.
type answered struct {
	Status, Minor      int
	Fields             []pair
	Length             int64
	Chunked, Open      bool
	End, EndOfHead     End
	Size               int
	Connection, Hidden []string // whether names are of the hop
}

// plainAnswer is the model's verdict; nil: it is none.
func plainAnswer(text string) *answered {
	m := answerForm.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	a := &answered{Minor: min(int(m[1][0]-'0'), 1), Length: -1, Size: len(m[0])}
	a.Status, _ = strconv.Atoi(m[2])
	for line := range strings.SplitSeq(strings.TrimSuffix(m[3], "\r\n"), "\r\n") {
		if name, value, is := strings.Cut(line, ":"); is {
			a.Fields = append(a.Fields, pair{name, strings.Trim(value, " \t")})
		}
	}
	lengths, codings := values(a.Fields, "content-length"), values(a.Fields, "transfer-encoding")
	options := members(values(a.Fields, "connection"))
	without := a.Status < 200 || a.Status == 204
	if len(a.Fields) > MaxFields || len(lengths)+len(codings) > 1 {
		return nil
	}
	if len(codings) == 1 {
		if a.Chunked = true; a.Minor == 0 || without || !strings.EqualFold(codings[0], "chunked") {
			return nil
		}
	}
	if len(lengths) == 1 {
		n, err := strconv.ParseInt(lengths[0], 10, 64)
		if a.Length = n; err != nil || !digitsForm.MatchString(lengths[0]) || n > 0 && without {
			return nil
		}
	}
	a.Open = !has(options, "close") && (a.Minor > 0 || has(options, "keep-alive"))
	switch {
	case without || a.Status == 304 || a.Length == 0:
		a.End = EndNone
	case a.Chunked:
		a.End = EndChunk
	case a.Length > 0:
		a.End = EndLength
	default:
		a.End = EndClose
	}
	for _, name := range hopNames {
		a.Hidden = append(a.Hidden, fmt.Sprint(name, ofHopPlain(a.Fields, name)))
	}
	return a
}

var hopNames = []string{"te", "Keep-Alive", "x-own", "range", "upgrade", "close", "", "X-Other"}

// shownAnswer is what a shows, in the model's terms.
func shownAnswer(a *Answer, n int) *answered {
	s := &answered{
		Status: a.Status, Minor: int(a.Minor), Length: a.ContentLength, Chunked: a.Chunked, Open: a.Persistent(),
		End: a.Ending(false), EndOfHead: a.Ending(true), Size: n,
	}
	for _, f := range a.Fields {
		s.Fields = append(s.Fields, pair{string(f.Name), string(f.Value)})
	}
	for _, name := range hopNames {
		s.Hidden = append(s.Hidden, fmt.Sprint(name, a.HopByHop([]byte(name))))
	}
	return s
}

func TestPropAnswers(t *testing.T) {
	used := new(Answer)
	rapid.Check(t, func(t *rapid.T) {
		for range 20 {
			line := "HTTP/1." + pick(t, []string{"1", "1", "1", "0", "7"}, "minor") + " " + pick(t, []string{"200", "200", "200", "200", "404", "404", "100", "103", "199", "204", "304", "599"}, "status") + pick(t, []string{" OK", "", " ", " \x80"}, "reason")
			fields := drawFields(t, 5)
			if choose(t, 20, "many") == 0 {
				for len(fields) < MaxFields+choose(t, 2, "more") {
					fields = append(fields, pair{"A", "b"})
				}
			}
			b := []byte(text(t, "", line, fields))
			if i := choose(t, len(b), "place"); choose(t, 4, "changed") == 0 {
				b[i] = pick(t, []byte("\r\n\t :/09azAZ(\x00\x1f\x7f\xff"), "byte")
			}
			b = append(b, "HTTP/1.1"...)
			want := plainAnswer(string(b))
			limit, long := len(b), false
			if want != nil {
				if limit = want.Size - pick(t, []int{0, 0, 0, 1, 9}, "short of room"); limit < want.Size {
					want, long = nil, true
				}
			}
			var n int
			var e *Error
			scanned := 0
			for _, cut := range inPieces(t, len(b)) {
				if n, e = used.Parse(b[:cut], scanned, limit); n > 0 || e != nil {
					break
				}
				scanned = cut
			}
			switch {
			case long && (e != errAnswerLarge || scanned > limit):
				t.Fatalf("%q is longer than %d: %v, when %d were there and no end", b, limit, e, scanned)
			case want == nil && (n > 0 || e != nil && e != errAnswerLarge && e != errAnswerLine && !reflect.DeepEqual(shownAnswer(used, 0), shownAnswer(new(Answer), 0))):
				t.Fatalf("%q, %d bytes of %d: %v; %+v", b, n, limit, e, shownAnswer(used, n))
			case want != nil && e != nil:
				t.Fatalf("%q: %v", b, e)
			case want != nil && !reflect.DeepEqual(shownAnswer(used, n), want):
				t.Fatalf("%q: %+v, not %+v", b, shownAnswer(used, n), want)
			}
			if want != nil {
				addsUp(t, used, want)
			}
		}
	})
}

// addsUp adds a field to an answer, if there is room, and forgets all.
func addsUp(t *rapid.T, a *Answer, want *answered) {
	a.Add([]byte("X-Added"), []byte("v"))
	if n := min(len(want.Fields)+1, MaxFields); len(a.Fields) != n || len(want.Fields) < MaxFields && string(a.Fields[n-1].Name)+string(a.Fields[n-1].Value) != "X-Addedv" {
		t.Fatalf("with one more there are %d fields", len(a.Fields))
	}
	if rapid.Bool().Draw(t, "another comes") {
		return
	}
	if a.Reset(); !reflect.DeepEqual(a, new(Answer)) {
		t.Fatalf("after Reset it is %+v", a)
	}
}
