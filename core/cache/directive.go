package cache

// Cache-Control, RFC 9111 §5.2. What cannot be read counts for what asks for more care:
// a freshness that is no number is none (§4.2.1), of two the smaller holds, a field that
// is no list of directives makes all of it unsound, and directives that name fields
// (private="x", no-cache="x") hold for the whole response, as §5.2.2 lets a cache do.

import (
	"bytes"
	"math"

	"brigade/core/http1"
)

// Flag is a directive without a number, or what is wrong with all of them.
type Flag uint16

// The flags.
const (
	NoCache Flag = 1 << iota
	NoStore
	OnlyIfCached
	MustRevalidate
	ProxyRevalidate
	Private
	Public
	Unsound // there is a Cache-Control that cannot be read
)

var flagNames = [...]struct {
	name string
	flag Flag
}{
	{"no-cache", NoCache},
	{"no-store", NoStore},
	{"only-if-cached", OnlyIfCached},
	{"must-revalidate", MustRevalidate},
	{"proxy-revalidate", ProxyRevalidate},
	{"private", Private},
	{"public", Public},
}

// None is a number of seconds that was not given.
const None int64 = -1

// most is the largest number of seconds; larger ones count as it (RFC 9111 §1.2.2).
const most = math.MaxInt32

// Directives are what the Cache-Control fields of a message say. Its numbers are seconds.
type Directives struct {
	Flags     Flag
	MaxAge    int64
	SharedAge int64 // s-maxage
	MinFresh  int64
	MaxStale  int64 // most, if it was given without a number
}

// Has reports whether one of the flags is set.
func (d *Directives) Has(f Flag) bool { return d.Flags&f != 0 }

// Read makes d what fields say.
func (d *Directives) Read(fields []http1.Field) {
	*d = Directives{MaxAge: None, SharedAge: None, MinFresh: None, MaxStale: None}
	for i := range fields {
		if is(fields[i].Name, "cache-control") && !d.list(fields[i].Value) {
			d.Flags |= Unsound
		}
	}
}

// list reads one field. False: it is no list of directives.
func (d *Directives) list(b []byte) bool {
	for {
		for len(b) > 0 && (b[0] == ',' || b[0] == ' ' || b[0] == '\t') {
			b = b[1:]
		}
		if len(b) == 0 {
			return true
		}
		n := token(b)
		if n == 0 {
			return false
		}
		name, value := b[:n], []byte(nil)
		if b = b[n:]; len(b) > 0 && b[0] == '=' {
			var ok bool
			if value, b, ok = argument(b[1:]); !ok {
				return false
			}
		}
		d.directive(name, value)
		if b = bytes.TrimLeft(b, " \t"); len(b) > 0 && b[0] != ',' {
			return false
		}
	}
}

// directive takes one in. value is nil if it has none.
func (d *Directives) directive(name, value []byte) {
	for _, f := range flagNames {
		if is(name, f.name) {
			d.Flags |= f.flag
			return
		}
	}
	switch {
	case is(name, "max-age"):
		d.MaxAge = smaller(d.MaxAge, seconds(value, 0))
	case is(name, "s-maxage"):
		d.SharedAge = smaller(d.SharedAge, seconds(value, 0))
	case is(name, "min-fresh"):
		d.MinFresh = max(d.MinFresh, seconds(value, most))
	case is(name, "max-stale") && value == nil:
		d.MaxStale = smaller(d.MaxStale, most)
	case is(name, "max-stale"):
		d.MaxStale = smaller(d.MaxStale, seconds(value, 0))
	}
}

// argument takes a token or a quoted string off b.
func argument(b []byte) (value, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != '"' {
		n := token(b)
		return b[:n:n], b[n:], n > 0
	}
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++ // a number has none, and nothing else is looked at
		case '"':
			return b[1:i:i], b[i+1:], true
		}
	}
	return nil, nil, false
}

// seconds reads delta-seconds; what is none is wrong.
func seconds(b []byte, wrong int64) (n int64) {
	if len(b) == 0 {
		return wrong
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return wrong
		}
		n = min(n*10+int64(c-'0'), most)
	}
	return n
}

// smaller is the smaller of a, which may be None, and b.
func smaller(a, b int64) int64 {
	if a == None {
		return b
	}
	return min(a, b)
}

// token is the length of the token at the start of b, RFC 9110 §5.6.2.
func token(b []byte) int {
	for i, c := range b {
		switch {
		case c >= '0' && c <= '9', c|0x20 >= 'a' && c|0x20 <= 'z':
		case bytes.IndexByte([]byte("!#$%&'*+-.^_`|~"), c) >= 0:
		default:
			return i
		}
	}
	return len(b)
}

// is reports whether a name is s, which is in lower case.
func is(name []byte, s string) bool {
	if len(name) != len(s) {
		return false
	}
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != s[i] {
			return false
		}
	}
	return true
}
