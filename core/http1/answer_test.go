package http1

import (
	"strings"
	"testing"
)

// parseAnswer parses text, which is a head and perhaps more.
func parseAnswer(t *testing.T, text string) (*Answer, int, *Error) {
	t.Helper()
	a := new(Answer)
	n, e := a.Parse([]byte(text), 0, DefaultHead)
	return a, n, e
}

func TestAnswers(t *testing.T) {
	for _, x := range []struct {
		head       string
		status     int
		end        End
		length     int64
		persistent bool
	}{
		{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 200, EndLength, 5, true},
		{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, EndNone, 0, true},
		{"HTTP/1.1 200\r\nContent-Length: 5\r\nConnection: close\r\n\r\n", 200, EndLength, 5, false},
		{"HTTP/1.1 200 \r\nTransfer-Encoding: Chunked\r\n\r\n", 200, EndChunk, -1, true},
		{"HTTP/1.1 200 Not quite \x80\r\n\r\n", 200, EndClose, -1, true},
		{"HTTP/1.0 200 OK\r\n\r\n", 200, EndClose, -1, false},
		{"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\n", 200, EndLength, 1, true},
		{"HTTP/1.7 200 OK\r\nConnection: x, CLOSE\r\n\r\n", 200, EndClose, -1, false},
		{"HTTP/1.1 204 No Content\r\n\r\n", 204, EndNone, -1, true},
		{"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", 204, EndNone, 0, true},
		{"HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\n\r\n", 304, EndNone, 77, true},
		{"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", 304, EndNone, -1, true},
		{"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 103, EndNone, -1, true},
		{"HTTP/1.1 599 x\r\nA:\r\nB: \t c\t \r\n\r\n", 599, EndClose, -1, true},
	} {
		a, n, e := parseAnswer(t, x.head+"behind it")
		switch {
		case e != nil || n != len(x.head):
			t.Errorf("%q: %d bytes, %v; want %d", x.head, n, e, len(x.head))
		case a.Status != x.status || a.Ending(false) != x.end || a.ContentLength != x.length || a.Persistent() != x.persistent:
			t.Errorf("%q: status %d, end %d, length %d, persistent %t", x.head, a.Status, a.Ending(false), a.ContentLength, a.Persistent())
		case a.Ending(true) != EndNone:
			t.Errorf("%q: the answer to HEAD has content", x.head)
		}
	}
}

// fine begins an answer.
const fine = "HTTP/1.1 200 OK\r\n"

// refusedAnswers are heads that are none, with the refusal they meet.
var refusedAnswers = []struct {
	head string
	want *Error
}{
	{"HTTP/2 200\r\n\r\n", errAnswerLine},
	{"\r\nHTTP/1.1 200 OK\r\n\r\n", errAnswerLine},
	{"SSH-2.0-x", errAnswerLine},
	{"HTTP/1.1  200 OK\r\n\r\n", errAnswerStatus},
	{"HTTP/1.1\t200 OK\r\n\r\n", errAnswerLine},
	{"HTTP/1.x 200 OK\r\n\r\n", errAnswerLine},
	{"HTTP/1.1 20\r\n\r\n", errAnswerLine},
	{"HTTP/1.1 20x OK\r\n\r\n", errAnswerStatus},
	{"HTTP/1.1 099 OK\r\n\r\n", errAnswerStatus},
	{"HTTP/1.1 600 OK\r\n\r\n", errAnswerStatus},
	{"HTTP/1.1 2000 OK\r\n\r\n", errAnswerLine},
	{"HTTP/1.1 200 O\nK\r\n\r\n", errAnswerLine},
	{fine + "A: b\nC: d\r\n\r\n", errAnswerField},
	{fine + "A: b\r\n c\r\n\r\n", errAnswerField},
	{fine + "A : b\r\n\r\n", errAnswerField},
	{fine + ": b\r\n\r\n", errAnswerField},
	{fine + "A\r\n\r\n", errAnswerField},
	{fine + "A: b\rc\r\n\r\n", errAnswerField},
	{fine + "A: b\x00\r\n\r\n", errAnswerField},
	{fine + strings.Repeat("A: b\r\n", MaxFields+1) + "\r\n", errAnswerFields},
	{fine + "A: " + strings.Repeat("b", DefaultHead) + "\r\n\r\n", errAnswerLarge},
	{fine + "A: " + strings.Repeat("b", DefaultHead), errAnswerLarge},
	{fine + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", errAnswerFraming},
	{fine + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", errAnswerFraming},
	{fine + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", errAnswerFraming},
	{fine + "Content-Length: 5, 5\r\n\r\n", errAnswerLength},
	{fine + "Content-Length: +5\r\n\r\n", errAnswerLength},
	{fine + "Content-Length:\r\n\r\n", errAnswerLength},
	{fine + "Content-Length: 9223372036854775808\r\n\r\n", errAnswerLength},
	{"HTTP/1.1 204 x\r\nContent-Length: 1\r\n\r\n", errAnswerLength},
	{"HTTP/1.1 100 x\r\nContent-Length: 1\r\n\r\n", errAnswerLength},
	{"HTTP/1.1 204 x\r\nTransfer-Encoding: chunked\r\n\r\n", errAnswerCoding},
	{"HTTP/1.0 200 x\r\nTransfer-Encoding: chunked\r\n\r\n", errAnswerCoding},
	{fine + "Transfer-Encoding: gzip, chunked\r\n\r\n", errAnswerCoding},
	{fine + "Transfer-Encoding: chunked;q=1\r\n\r\n", errAnswerCoding},
	{fine + "Transfer-Encoding: \x0bchunked\r\n\r\n", errAnswerField},
}

func TestAnswersRefused(t *testing.T) {
	for _, x := range refusedAnswers {
		if _, n, e := parseAnswer(t, x.head); e != x.want || n != 0 {
			t.Errorf("%.60q: %v, want %v", x.head, e, x.want)
		}
	}
}

// TestAnswerInPieces: the verdict comes with the last byte of the head, whatever the
// cuts, unless the first line cannot become one.
func TestAnswerInPieces(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nSet-Cookie: a=b\r\n\r\n"
	text := []byte(head + "hello")
	for step := 1; step < len(text); step++ {
		a, scanned := new(Answer), 0
		for n := step; ; n += step {
			n = min(n, len(text))
			got, e := a.Parse(text[:n], scanned, DefaultHead)
			if scanned = n; e != nil || got != 0 && n < len(head) || got == 0 && n >= len(head) {
				t.Fatalf("in steps of %d, after %d bytes: %d, %v", step, n, got, e)
			}
			if got > 0 {
				break
			}
		}
	}
}

func TestAnswerHopByHop(t *testing.T) {
	a, _, _ := parseAnswer(t, "HTTP/1.1 200 OK\r\nConnection: x-own, close\r\nX-Own: 1\r\nX-Other: 2\r\nTransfer-Encoding: chunked\r\n\r\n")
	want := []bool{true, true, false, true}
	for i, f := range a.Fields {
		if got := a.HopByHop(f.Name); got != want[i] {
			t.Errorf("%s is hop by hop: %t", f.Name, got)
		}
	}
}
