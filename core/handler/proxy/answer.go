package proxy

// What of a backend's head the client gets: all fields but those of the backend's own
// connection and those that frame its content, since the framing is made anew. Trailer
// announces what goes on to those who take trailers alone.

import (
	"brigade/core/exchange"
	"brigade/core/filter"
	"brigade/core/http1"
)

// Answer implements exchange.Origin.
func (p *Proxy) Answer(x *exchange.Exchange, a *http1.Answer) {
	x.Relay(a.Status)
	x.Append(func(dst []byte) []byte { return appendFields(dst, x, a) })
	if a.ContentLength != filter.Unknown && a.Status != 204 {
		x.ContentLength(a.ContentLength)
	}
	x.End()
}

// appendFields appends the lines of a that go on. A response without Date gets one
// (RFC 9110 §6.6.1).
func appendFields(dst []byte, x *exchange.Exchange, a *http1.Answer) []byte {
	dated := false
	for i := range a.Fields {
		f := &a.Fields[i]
		if is(f.Name, "content-length") || is(f.Name, "trailer") && !(a.Chunked && x.TakesTrailers()) || a.HopByHop(f.Name) {
			continue
		}
		dated = dated || is(f.Name, "date")
		dst = append(append(append(append(dst, f.Name...), ": "...), f.Value...), "\r\n"...)
	}
	if !dated {
		dst = http1.AppendField(dst, "Date", x.Date)
	}
	return append(dst, "Via: 1.1 "+pseudonym+"\r\n"...)
}
