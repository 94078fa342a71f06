package cache

// The key of what is stored, RFC 9111 §2: the target's URI. The method is not in it, since
// only what GET asked for is stored. Nothing is made equal but what every origin must take
// for equal: the host in any case, with or without the port that is meant anyway, and a
// target in absolute form. Whoever decodes, sorts or cuts more of a target than its origin
// does lets one request's answer be stored for another.

import (
	"bytes"

	"brigade/core/http1"
)

// AppendKey appends the key for r; nothing, if what it asks for has none. trusted: what it
// says of how it was first sent is passed on, and so is a part of it.
func AppendKey(dst []byte, r *http1.Request, trusted bool) []byte {
	if len(r.Host) == 0 || r.Form != http1.OriginForm && r.Form != http1.AbsoluteForm {
		return dst
	}
	dst = append(dst, "http://"...)
	for _, c := range bytes.TrimSuffix(r.Host, []byte(":80")) {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		dst = append(dst, c)
	}
	if len(r.Path) == 0 {
		dst = append(dst, '/')
	}
	dst = append(dst, r.Path...)
	if r.Query != nil {
		dst = append(append(dst, '?'), r.Query...)
	}
	if !trusted {
		return dst
	}
	for i := range r.Fields {
		f := &r.Fields[i]
		if is(f.Name, "x-forwarded-proto") || is(f.Name, "x-forwarded-host") || is(f.Name, "forwarded") {
			dst = append(append(append(append(dst, '\n', byte(len(f.Name))), f.Name...), ' '), f.Value...)
		}
	}
	return dst
}
