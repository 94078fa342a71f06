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
func (r *Request) HopByHop(name []byte) bool { return concernsHop(r.Fields, name) }

// concernsHop is HopByHop for a message with these fields.
func concernsHop(fields []Field, name []byte) bool {
	for _, s := range hopByHop {
		if equalFold(name, s) {
			return true
		}
	}
	for i := range fields {
		f := &fields[i]
		if !equalFold(f.Name, "connection") {
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

var hopByHop = [...]string{
	"connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade",
}
