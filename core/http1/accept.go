package http1

// Accept-Encoding, RFC 9110 §12.5.3: is a coding acceptable to the client? A weight of
// 0 says no, and what is not listed is what "*" says, or not wanted.

import "bytes"

// Accepts reports whether the client accepts content in a coding.
func (r *Request) Accepts(coding string) bool {
	accepted, listed := false, false
	for i := range r.Fields {
		f := &r.Fields[i]
		if !equalFold(f.Name, "accept-encoding") {
			continue
		}
		for list := f.Value; list != nil; {
			var member []byte
			member, list = nextMember(list)
			name, weight, _ := bytes.Cut(member, []byte(";"))
			name = trim(name)
			switch {
			case equalFold(name, coding):
				accepted, listed = !zero(trim(weight)), true
			case len(name) == 1 && name[0] == '*' && !listed:
				accepted = !zero(trim(weight))
			}
		}
	}
	return accepted
}

// zero reports whether a weight is q=0, with zeros behind the point or without.
func zero(weight []byte) bool {
	if len(weight) < 3 || weight[0]|0x20 != 'q' || weight[1] != '=' || weight[2] != '0' {
		return false
	}
	for _, c := range weight[3:] {
		if c != '0' && c != '.' {
			return false
		}
	}
	return true
}
