package http1

// Lists of tokens, as in Connection (RFC 9110 §5.6.1). A recipient accepts empty
// members. Quoted strings do not occur in the lists that are read here, so a
// comma always separates.

import "bytes"

// nextMember takes the first member off a list: it returns the member, trimmed
// and perhaps empty, and the rest, which is nil after the last one.
func nextMember(list []byte) (member, rest []byte) {
	if i := bytes.IndexByte(list, ','); i >= 0 {
		return trim(list[:i]), list[i+1:]
	}
	return trim(list), nil
}

// ListHas reports whether a comma-separated list has the token, in any case.
func ListHas(list []byte, token string) bool {
	for list != nil {
		var member []byte
		if member, list = nextMember(list); equalFold(member, token) {
			return true
		}
	}
	return false
}

// HopByHop reports whether a field concerns only this connection, so that a proxy
// must not pass it on: those that RFC 9110 §7.6.1 names, and those that r's own
// Connection fields nominate.
func (r *Request) HopByHop(name []byte) bool {
	return ofHop(name) || r.framing.nominates && nominated(r.Fields, name)
}

// ofHop reports whether a field is one of those that RFC 9110 §7.6.1 names. Most are told
// from them by their length.
func ofHop(name []byte) bool {
	switch len(name) {
	case 2:
		return isName(name, "te")
	case 7:
		return isName(name, "upgrade")
	case 10:
		return isName(name, "connection") || isName(name, "keep-alive")
	case 16:
		return isName(name, "proxy-connection")
	case 17:
		return isName(name, "transfer-encoding")
	}
	return false
}

// nominates reports whether a member of Connection may name a field that ofHop does not
// know anyway.
func nominates(member []byte) bool {
	return len(member) > 0 && !equalFold(member, "keep-alive") && !equalFold(member, "upgrade")
}

// nominated reports whether Connection fields among these nominate one of this name.
func nominated(fields []Field, name []byte) bool {
	for i := range fields {
		f := &fields[i]
		if !isName(f.Name, "connection") {
			continue
		}
		for list := f.Value; list != nil; {
			var member []byte
			if member, list = nextMember(list); len(member) > 0 && bytes.EqualFold(member, name) {
				return true
			}
		}
	}
	return false
}
