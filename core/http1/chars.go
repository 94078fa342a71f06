package http1

// Classes of bytes, and the two loops over them that every request pays for: is
// this a token, is this a field value. A value is read eight bytes at a time.

import "encoding/binary"

// class is a set of the roles that a byte may have.
type class uint8

const (
	tokenChar  class = 1 << iota // tchar, RFC 9110 §5.6.2
	targetChar                   // in a request target
	hostChar                     // in a registered name as a host
	digitChar
	hexChar
	letterChar
)

// classes tells the roles of each byte.
//
// A target may have what RFC 3986 allows and [ ] ^ ` { | }, which browsers send
// in queries as they are (WHATWG URL, query percent-encode set). It may not have
// # (one party would cut there), \ (which some read as a slash), < > and ".
//
// A host may have the characters of reg-name (RFC 3986 §3.2.2) but for the
// comma, since a list of two hosts would pass for one name, and for the percent
// sign, since %61 is "a" to one party and not to the next.
var classes = buildClasses()

func buildClasses() (t [256]class) {
	mark := func(chars string, c class) {
		for i := range len(chars) {
			t[chars[i]] |= c
		}
	}
	const (
		digits  = "0123456789"
		letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	)
	mark(digits, tokenChar|targetChar|hostChar|digitChar|hexChar)
	mark(letters, tokenChar|targetChar|hostChar|letterChar)
	mark("ABCDEFabcdef", hexChar)
	mark("!#$%&'*+-.^_`|~", tokenChar)
	mark("-._~!$&'()*+,;=:@/?%[]^`{|}", targetChar)
	mark("-._~!$&'()*+;=", hostChar)
	return t
}

func is(c byte, set class) bool { return classes[c]&set != 0 }

// span is how many bytes at the start of b are in set.
func span(b []byte, set class) int {
	for i, c := range b {
		if classes[c]&set == 0 {
			return i
		}
	}
	return len(b)
}

// isToken reports whether b is a token, RFC 9110 §5.6.2.
func isToken(b []byte) bool { return len(b) > 0 && span(b, tokenChar) == len(b) }

// Eight bytes at a time.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// hasControl reports whether a byte of the word is below 0x20 or is 0x7f. Each
// test is exact as a whole: a borrow can only start at a byte that is one.
func hasControl(w uint64) bool {
	low := (w - ones*0x20) & ^w
	x := w ^ ones*0x7f
	del := (x - ones) & ^x
	return (low|del)&highs != 0
}

// validValue reports whether b has no control character but the tab: the bytes
// of field-content, RFC 9110 §5.5, with spaces and obs-text among them.
func validValue(b []byte) bool {
	for len(b) >= 8 {
		if hasControl(binary.LittleEndian.Uint64(b)) && !validBytes(b[:8]) {
			return false
		}
		b = b[8:]
	}
	return validBytes(b)
}

func validBytes(b []byte) bool {
	for _, c := range b {
		if c < 0x20 && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' }

// trim takes optional whitespace (OWS, RFC 9110 §5.6.3) off both ends. What is
// left has no capacity beyond its end, so that appending to it copies.
func trim(b []byte) []byte {
	i, j := 0, len(b)
	for i < j && isSpace(b[i]) {
		i++
	}
	for j > i && isSpace(b[j-1]) {
		j--
	}
	return b[i:j:j]
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}

// equalFold reports whether b and s are the same but for the case of ASCII letters.
func equalFold(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range b {
		if b[i] != s[i] && lower(b[i]) != lower(s[i]) {
			return false
		}
	}
	return true
}
