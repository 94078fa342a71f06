package cache

// What the origin is asked for an object: what the first request asked, without what was
// meant for that alone, its conditions and ranges, since others will read all of it; and
// with conditions of the store's own, if it has something that may still hold
// (RFC 9111 §4.3.1).

import "brigade/core/http1"

// own are fields of a request that are for itself.
var own = [...]string{"if-none-match", "if-modified-since", "if-range", "range", "expect"}

// AppendRequest appends the head of a request for o, which r was the first to ask for.
func (o *Object) AppendRequest(dst []byte, r *http1.Request) []byte {
	dst = append(append(dst, "GET "...), r.Target...)
	dst = append(dst, " HTTP/1.1\r\n"...)
	if r.Minor == 0 {
		dst[len(dst)-3] = '0'
	}
	for i := range r.Fields {
		if f := &r.Fields[i]; !among(f.Name, own[:]) {
			dst = line(dst, f)
		}
	}
	if old := o.old; old != nil { // which is fixed until the answer comes
		if old.meta.ETag != nil {
			dst = http1.AppendField(dst, "If-None-Match", old.meta.ETag)
		}
		if old.meta.LastModified != nil {
			dst = http1.AppendField(dst, "If-Modified-Since", old.meta.LastModified)
		}
	}
	return append(dst, "\r\n"...)
}
