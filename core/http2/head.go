package http2

// A request's head is turned into HTTP/1.1's form field by field, as it is
// decompressed: so one parser decides what requests mean, and nothing is kept twice.
// What that form could not tell from something else is refused here: names that are
// no tokens in lower case, values with control characters, pseudo-header fields out of
// their place, fields about a connection (RFC 9113 §8.2, §8.3). Content without a
// length is told as chunked, which is how HTTP/1.1 says it, and an extended CONNECT
// (RFC 8441) as the Upgrade that it stands for.

import "strconv"

// head is one field block.
type head struct {
	stream  uint32
	end     bool // END_STREAM
	trailer bool
	fresh   bool // it begins a stream
	ignored bool
	bytes   int // compressed
	frames  int // beside the first

	wrong    *Error // the first thing that was
	large    bool
	list     int // as RFC 9113 §6.5.2 counts it
	limit    int
	regular  bool // a field that is no pseudo-header field came
	length   int64
	method   []byte
	scheme   []byte
	host     []byte
	path     []byte
	protocol []byte
	cookie   []byte
	priority []byte
	text     []byte
	begun    bool // text has its request line
	hosted   bool // and a Host field
}

// reset begins a block; memory that a long one took is not kept.
func (h *head) reset(stream uint32, end bool) {
	limit, text, old := h.limit, h.text, *h
	if cap(text) > keep {
		text, old = nil, head{}
	}
	*h = head{
		stream: stream, end: end, limit: limit, length: -1, text: text[:0],
		method: old.method[:0], scheme: old.scheme[:0], host: old.host[:0], path: old.path[:0],
		protocol: old.protocol[:0], cookie: old.cookie[:0], priority: old.priority[:0],
	}
}

// field takes the next field of the block that is being decompressed.
func (s *Session) field(name, value string) {
	h := &s.head
	h.list += len(name) + len(value) + 32
	if h.list > s.limits.Head {
		h.large = true
		s.codec.heed(false)
		return
	}
	switch {
	case h.wrong != nil:
	case name != "" && name[0] == ':':
		h.wrong = h.pseudo(name, value)
	default:
		h.regular = true
		h.wrong = h.line(name, value)
	}
}

// pseudo is a pseudo-header field.
func (h *head) pseudo(name, value string) *Error {
	var to *[]byte
	switch name {
	case ":method":
		to = &h.method
	case ":scheme":
		to = &h.scheme
	case ":authority":
		to = &h.host
	case ":path":
		to = &h.path
	case ":protocol":
		to = &h.protocol
	}
	switch {
	case to == nil, h.trailer, h.regular, len(*to) > 0, value == "" && name != ":authority":
		return errPseudo
	case !visible(value):
		return errValue
	}
	*to = append(*to, value...)
	return nil
}

// line is any other field.
func (h *head) line(name, value string) *Error {
	switch {
	case !validName(name):
		return errUpper
	case !validValue(value):
		return errValue
	}
	switch name {
	case "connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade", "http2-settings":
		return errConnection
	case "te":
		if value != "trailers" {
			return errTE
		}
	}
	if h.trailer {
		h.add(name, value)
		return nil
	}
	if e := h.open(); e != nil {
		return e
	}
	switch name {
	case "host":
		if h.hosted {
			if len(h.host) == 0 || string(h.host) != value { // a second Host says nothing that is right
				return errHost
			}
			return nil
		}
		h.hosted = true
	case "cookie": // in pieces, which are one field in HTTP/1.1 (§8.2.3)
		if len(h.cookie) > 0 {
			h.cookie = append(h.cookie, "; "...)
		}
		h.cookie = append(h.cookie, value...)
		return nil
	case "content-length":
		n, err := strconv.ParseUint(value, 10, 63)
		if err != nil || h.length >= 0 && h.length != int64(n) {
			return errLengthField
		}
		if h.length >= 0 {
			return nil
		}
		h.length = int64(n)
	case "priority":
		if len(h.priority) > 0 {
			h.priority = append(h.priority, ',')
		}
		h.priority = append(h.priority, value...)
	}
	h.add(name, value)
	return nil
}

func (h *head) add(name, value string) {
	h.text = append(append(append(append(h.text, name...), ": "...), value...), "\r\n"...)
}

// open writes the request line and the host, which pseudo-header fields have told.
func (h *head) open() *Error {
	if h.begun {
		return nil
	}
	h.begun = true
	method, target := h.method, h.path
	switch h.way() {
	case Resource:
		if h.path[0] != '/' && (string(h.path) != "*" || string(h.method) != "OPTIONS") {
			return errPath
		}
	case Connect:
		target = h.host
	case Protocol:
		if h.path[0] != '/' {
			return errPath
		}
		method = []byte("GET")
	case nowhere:
		return errPseudoNone
	}
	h.text = append(append(h.text, method...), ' ')
	h.text = append(append(h.text, target...), " HTTP/1.1\r\n"...)
	if h.way() == Protocol { // as HTTP/1.1 asks for it
		h.text = append(append(append(h.text, "upgrade: "...), h.protocol...), "\r\nconnection: upgrade\r\n"...)
	}
	if len(h.host) > 0 {
		h.hosted = true
		h.text = append(append(append(h.text, "host: "...), h.host...), "\r\n"...)
	}
	return nil
}

// Way is what a request wants.
type Way uint8

// The ways.
const (
	Resource Way = iota // of its path
	Connect             // a tunnel to its authority (RFC 9113 §8.5)
	Protocol            // another protocol on the stream, by extended CONNECT (RFC 8441 §4)
	nowhere             // its pseudo-header fields do not go together
)

// way is what the pseudo-header fields tell.
func (h *head) way() Way {
	resource := len(h.scheme) > 0 && len(h.path) > 0
	switch connects := string(h.method) == "CONNECT"; {
	case connects && len(h.protocol) > 0 && resource && len(h.host) > 0:
		return Protocol
	case len(h.protocol) > 0 || len(h.method) == 0:
		return nowhere
	case connects && len(h.host) > 0 && len(h.scheme)+len(h.path) == 0:
		return Connect
	case !connects && resource:
		return Resource
	}
	return nowhere
}

// finish ends the head of a request.
func (h *head) finish() {
	if h.wrong = h.open(); h.wrong != nil {
		return
	}
	switch {
	case h.end && h.length > 0:
		h.wrong = errLength
	case !h.end && h.length < 0 && h.way() == Resource:
		h.add("transfer-encoding", "chunked")
	}
	if len(h.cookie) > 0 {
		h.text = append(append(append(h.text, "cookie: "...), h.cookie...), "\r\n"...)
	}
	h.text = append(h.text, "\r\n"...)
}

// validName reports whether name is a token without capitals.
func validName(name string) bool {
	for i := range len(name) {
		if c := name[i]; c >= 0x80 || !nameBytes[c] {
			return false
		}
	}
	return name != ""
}

// nameBytes are those of field names.
var nameBytes = [0x80]bool{
	'!': true, '#': true, '$': true, '%': true, '&': true, '\'': true, '*': true, '+': true, '-': true, '.': true,
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true, '8': true, '9': true,
	'^': true, '_': true, '`': true, 'a': true, 'b': true, 'c': true, 'd': true, 'e': true, 'f': true, 'g': true,
	'h': true, 'i': true, 'j': true, 'k': true, 'l': true, 'm': true, 'n': true, 'o': true, 'p': true, 'q': true,
	'r': true, 's': true, 't': true, 'u': true, 'v': true, 'w': true, 'x': true, 'y': true, 'z': true,
	'|': true, '~': true,
}

// validValue reports whether value can stand in a line.
func validValue(value string) bool {
	for i := range len(value) {
		if c := value[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	n := len(value)
	return n == 0 || value[0] != ' ' && value[0] != '\t' && value[n-1] != ' ' && value[n-1] != '\t'
}

// visible reports whether value has neither spaces nor control characters: a space would
// be a part of the request line's own form.
func visible(value string) bool {
	for i := range len(value) {
		if value[i] <= ' ' || value[i] >= 0x7f {
			return false
		}
	}
	return true
}
