package stage

// What a check remembers of an answer that comes in pieces: the beginning of its status
// line (RFC 9112 §4), which is all that it asks for. Answers of 1xx are passed over, up to
// the empty line that ends them, of which only how much has been seen is remembered.

// heard is what has come of an answer.
type heard struct {
	line   [len(form)]byte
	n      int
	passes bool // over an interim answer
	end    int  // bytes of the empty line that ends it
}

// form is a status line's beginning, a digit for each x.
const form = "HTTP/1.x xxx"

// blank is the end of a head.
const blank = "\r\n\r\n"

// take takes in b. It returns the final status; 0: there is to be more; -1: this is no
// answer.
func (h *heard) take(b []byte) (status int) {
	for _, c := range b {
		if h.passes {
			h.pass(c)
			continue
		}
		want := form[h.n]
		if want == 'x' && (c < '0' || c > '9') || want != 'x' && c != want {
			return -1
		}
		h.line[h.n] = c
		if h.n++; h.n < len(form) {
			continue
		}
		for _, d := range h.line[len(form)-len("xxx"):] {
			status = 10*status + int(d-'0')
		}
		switch {
		case status >= 200:
			return status
		case status < 100 || status == 101: // nobody has asked for another protocol
			return -1
		}
		*h = heard{passes: true}
		status = 0
	}
	return 0
}

// pass passes over c, of an interim answer.
func (h *heard) pass(c byte) {
	switch {
	case c == blank[h.end]:
		h.end++
	case c == blank[0]:
		h.end = 1
	default:
		h.end = 0
	}
	if h.end == len(blank) {
		*h = heard{}
	}
}
