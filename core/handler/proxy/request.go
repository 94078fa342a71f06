package proxy

// The request that a backend gets: the client's, in origin form, without the fields that
// were meant for us alone (RFC 9110 §7.6.1), with a framing of our own, and with what says
// whom it is for. An expectation of 100-continue goes on, unless it was met here.

import (
	"bytes"
	"net/netip"

	"brigade/core/exchange"
	"brigade/core/http1"
)

// Ask implements exchange.Origin.
func (p *Proxy) Ask(dst []byte, x *exchange.Exchange, client netip.AddrPort, i int, length int64) []byte {
	r := &x.Request
	dst = append(append(dst, r.MethodName...), ' ')
	dst = append(appendTarget(dst, r), " HTTP/1.1\r\n"...)
	host := r.Host
	switch {
	case p.host != "":
		host = []byte(p.host)
	case len(host) == 0:
		host = []byte(p.backends[i].address.String())
	}
	dst = http1.AppendField(dst, "Host", host)
	for k := range r.Fields {
		f := &r.Fields[k]
		if p.keeps(r, f.Name) || length < 0 && bytes.EqualFold(f.Name, []byte("trailer")) {
			dst = append(append(append(append(dst, f.Name...), ": "...), f.Value...), "\r\n"...)
		}
	}
	dst = p.appendForwarded(dst, r, client)
	switch {
	case length < 0:
		dst = http1.AppendChunkedCoding(dst)
	case length > 0 || r.ContentLength == 0 || r.Chunked:
		dst = http1.AppendContentLength(dst, length)
	}
	if x.Passing() && r.ExpectContinue {
		dst = append(dst, "Expect: 100-continue\r\n"...)
	}
	if r.TakesTrailers { // which is said to each hop anew (RFC 9110 §10.1.4)
		dst = append(dst, "Connection: TE\r\nTE: trailers\r\n"...)
	}
	return http1.AppendEnd(dst)
}

// appendTarget appends the target in origin form, RFC 9112 §3.2.1, or the asterisk.
func appendTarget(dst []byte, r *http1.Request) []byte {
	if r.Form != http1.AbsoluteForm {
		return append(dst, r.Target...)
	}
	if len(r.Path) == 0 {
		if r.Method == http1.OPTIONS && r.Query == nil {
			return append(dst, '*') // RFC 9112 §3.2.4
		}
		dst = append(dst, '/')
	}
	dst = append(dst, r.Path...)
	if r.Query != nil {
		dst = append(append(dst, '?'), r.Query...)
	}
	return dst
}

// never are fields that do not go on, beside those of the hop: ours to say, or to hear.
var never = [...]string{"host", "content-length", "trailer", "expect", "proxy-authorization"}

// chain are the fields of forwarding, which go on from those that are trusted alone.
var chain = [...]string{"forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"}

// keeps reports whether a field of r goes on.
func (p *Proxy) keeps(r *http1.Request, name []byte) bool {
	for _, s := range never {
		if is(name, s) {
			return false
		}
	}
	for _, s := range chain {
		if !p.trust && is(name, s) {
			return false
		}
	}
	return !r.HopByHop(name)
}

// is reports whether a field's name is s, in any case.
func is(name []byte, s string) bool { return len(name) == len(s) && bytes.EqualFold(name, []byte(s)) }
