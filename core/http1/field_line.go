package http1

// Field lines, RFC 9112 §5: a name that is a token, a colon right after it, a
// value. Those that mean something to a server are noted while they pass; what
// they mean together is for conclude, when the head is complete.

// fieldSet is a set of known fields.
type fieldSet uint16

const (
	hasHost fieldSet = 1 << iota
	hasLength
	hasCoding
	hasRange
	hasIfRange
	hasIfModifiedSince
	hasIfUnmodifiedSince
)

// leastFields is how many fields there is room for when there is any.
const leastFields = 8

// fieldLine reads a line without its CRLF.
func (r *Request) fieldLine(line []byte, limit int) *Error {
	i := span(line, tokenChar)
	if i == 0 || i == len(line) || line[i] != ':' {
		return nameError(line, i)
	}
	value := trim(line[i+1:])
	if !validValue(value) {
		return valueError(value)
	}
	if r.used >= limit {
		r.excess = true
		return nil
	}
	if r.used == len(r.store) {
		r.store = append(r.store, make([]Field, max(len(r.store), leastFields))...)
	}
	f := &r.store[r.used]
	f.Name, f.Value = line[:i:i], value
	r.used++
	r.note(f.Name, value)
	return nil
}

func nameError(line []byte, i int) *Error {
	switch {
	case i == len(line):
		return errNoColon
	case line[i] == '\r':
		return errBareCR
	case isSpace(line[i]) && i == 0:
		return errFold
	case isSpace(line[i]):
		return errNameSpace
	case line[i] == ':':
		return errNameEmpty
	}
	return errName
}

func valueError(value []byte) *Error {
	for _, c := range value {
		if c == '\r' {
			return errBareCR
		}
	}
	return errValue
}

// mark adds a field to those seen.
func (r *Request) mark(f fieldSet) {
	r.repeated |= r.seen & f
	r.seen |= f
}

// isName reports whether a name is s, which is in lower case and of the same
// length. Setting bit 5 makes letters lower and maps no other byte of a token to
// a letter or a hyphen.
func isName(name []byte, s string) bool {
	if len(name) != len(s) {
		return false
	}
	for i := range name {
		if name[i]|0x20 != s[i] {
			return false
		}
	}
	return true
}

// first keeps the first of the values of a field.
func first(slot *[]byte, value []byte) {
	if *slot == nil {
		*slot = value
	}
}

// note records a field that means something here. Names are told apart by length
// first, so that most fields are passed over after one comparison.
func (r *Request) note(name, value []byte) {
	switch len(name) {
	case 2:
		if isName(name, "te") {
			r.TakesTrailers = r.TakesTrailers || ListHas(value, "trailers")
		}
	case 4:
		if isName(name, "host") {
			r.mark(hasHost)
			first(&r.framing.host, value)
		}
	case 5:
		if isName(name, "range") {
			r.mark(hasRange)
			r.Range = value
		}
	case 6:
		if isName(name, "expect") {
			r.noteExpect(value)
		}
	case 7:
		if isName(name, "referer") {
			first(&r.Referer, value)
		} else if isName(name, "upgrade") {
			first(&r.framing.upgrade, value)
		}
	case 8:
		if isName(name, "if-match") {
			first(&r.IfMatch, value)
		} else if isName(name, "if-range") {
			r.mark(hasIfRange)
			r.IfRange = value
		}
	case 10:
		if isName(name, "user-agent") {
			first(&r.UserAgent, value)
		} else if isName(name, "connection") {
			r.noteConnection(value)
		}
	case 13, 14, 17, 19:
		r.noteLong(name, value)
	}
}

// noteLong is note for the long names.
func (r *Request) noteLong(name, value []byte) {
	switch {
	case isName(name, "if-none-match"):
		first(&r.IfNoneMatch, value)
	case isName(name, "content-length"):
		r.mark(hasLength)
		first(&r.framing.length, value)
	case isName(name, "transfer-encoding"):
		r.mark(hasCoding)
		first(&r.framing.coding, value)
	case isName(name, "if-modified-since"):
		r.mark(hasIfModifiedSince)
		r.IfModifiedSince = value
	case isName(name, "if-unmodified-since"):
		r.mark(hasIfUnmodifiedSince)
		r.IfUnmodifiedSince = value
	}
}

// noteConnection reads Connection, RFC 9110 §7.6.1.
func (r *Request) noteConnection(value []byte) {
	for value != nil {
		var option []byte
		option, value = nextMember(value)
		r.framing.nominates = r.framing.nominates || nominates(option)
		switch len(option) {
		case 5:
			r.Close = r.Close || equalFold(option, "close")
		case 7:
			r.framing.switchy = r.framing.switchy || equalFold(option, "upgrade")
		case 10:
			r.KeepAlive = r.KeepAlive || equalFold(option, "keep-alive")
		}
	}
}

// noteExpect reads Expect, RFC 9110 §10.1.1.
func (r *Request) noteExpect(value []byte) {
	for value != nil {
		var member []byte
		member, value = nextMember(value)
		switch {
		case len(member) == 0:
		case equalFold(member, "100-continue"):
			r.framing.expect = true
		default:
			r.framing.unknown = true
		}
	}
}
