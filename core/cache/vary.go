package cache

// Vary, RFC 9111 §4.1: a stored response answers requests that have the same values in the
// fields that it names. Values are compared as they are, line by line: two that mean the
// same, and are written otherwise, are two variants, which costs a fetch and nothing else.

import "brigade/core/http1"

// names reports whether a Vary field is a list of names alone; no request is like another
// to one with an asterisk, or to one that cannot be read.
func names(b []byte) bool {
	ok := true
	each(b, func(name []byte) { ok = ok && token(name) == len(name) && name[0] != '*' })
	return ok
}

// each calls f with the members of a list that are not empty.
func each(b []byte, f func(member []byte)) {
	for len(b) > 0 {
		n := 0
		for n < len(b) && b[n] != ',' {
			n++
		}
		if m := trim(b[:n]); len(m) > 0 {
			f(m)
		}
		b = b[min(n+1, len(b)):]
	}
}

func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

// AppendVary appends the names that the fields of a response vary by, in lower case, each
// with a comma behind it.
func AppendVary(dst []byte, fields []http1.Field) []byte {
	for i := range fields {
		if !is(fields[i].Name, "vary") {
			continue
		}
		each(fields[i].Value, func(name []byte) {
			for _, c := range name {
				if c >= 'A' && c <= 'Z' {
					c |= 0x20
				}
				dst = append(dst, c)
			}
			dst = append(dst, ',')
		})
	}
	return dst
}

// AppendVariant appends what r has in the fields of vary, which AppendVary made: for each
// of them its lines, and an end. No value has a line feed or a zero in it.
func AppendVariant(dst, vary []byte, r *http1.Request) []byte {
	each(vary, func(name []byte) {
		for i := range r.Fields {
			if f := &r.Fields[i]; len(f.Name) == len(name) && is(f.Name, string(name)) {
				dst = append(append(dst, f.Value...), '\n')
			}
		}
		dst = append(dst, 0)
	})
	return dst
}
