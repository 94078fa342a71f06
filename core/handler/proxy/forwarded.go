package proxy

// For whom a request is forwarded: Forwarded (RFC 7239), the X-Forwarded fields that it
// was made of and that are asked for more often, and Via (RFC 9110 §7.6.3). Where nothing
// is trusted the client's own are gone by now; else ours stand behind them, and of those
// that stand once, the first says it.

import (
	"net/netip"

	"brigade/core/http1"
)

// pseudonym is what the proxy calls itself in Via.
const pseudonym = "brigade"

// appendForwarded appends these fields.
func (p *Proxy) appendForwarded(dst []byte, r *http1.Request, client netip.AddrPort) []byte {
	addr := client.Addr().Unmap().WithZone("")
	dst = append(dst, "X-Forwarded-For: "...)
	dst = append(addr.AppendTo(dst), "\r\n"...)
	if !p.trust || r.Get("x-forwarded-proto") == nil {
		dst = append(dst, "X-Forwarded-Proto: http\r\n"...)
	}
	if len(r.Host) > 0 && (!p.trust || r.Get("x-forwarded-host") == nil) {
		dst = http1.AppendField(dst, "X-Forwarded-Host", r.Host)
	}
	dst = append(dst, "Forwarded: for="...)
	if addr.Is6() {
		dst = append(append(addr.AppendTo(append(dst, `"[`...)), ']'), '"')
	} else {
		dst = addr.AppendTo(dst)
	}
	if len(r.Host) > 0 {
		dst = append(dst, `;host="`...)
		dst = append(append(dst, r.Host...), '"') // a host has neither quotes nor backslashes
	}
	dst = append(dst, ";proto=http\r\nVia: "...)
	switch {
	case r.Framed:
		dst = append(dst, "2.0 "...)
	case r.Minor == 0:
		dst = append(dst, "1.0 "...)
	default:
		dst = append(dst, "1.1 "...)
	}
	return append(dst, pseudonym+"\r\n"...)
}
