package accesslog

// The combined format of Apache's httpd:
//
//	host - - [time] "request line" status bytes "referer" "user agent"
//
// A request that became a tunnel has the bytes from its client behind that, as
// received=N: bytes are those to the client, in all. A request for which a backend could
// not answer has which one that was, and why, as backend=HOST:PORT why="...".
//
// Bytes of a request that are no printable ASCII, and quotes and backslashes,
// are written as \xHH, so that a line is a line and a quote ends a string.

import (
	"net/netip"
	"strconv"
	"time"
)

// Entry is what one line says. Its slices are read during Add only.
type Entry struct {
	Peer      netip.AddrPort
	Time      time.Time
	Method    []byte
	Target    []byte
	Minor     uint8
	Two       bool // HTTP/2, and no minor version
	Status    int
	Bytes     int64
	Referer   []byte
	UserAgent []byte
	Tunnel    bool           // the connection became one
	Received  int64          // bytes that it took from the client, if so
	Backend   netip.AddrPort // that failed; zero: none has
	Why       string         // it has failed
}

// bound is more than the line can take.
func (e *Entry) bound() int {
	return 280 + 4*(len(e.Why)+len(e.Method)+len(e.Target)+len(e.Referer)+len(e.UserAgent))
}

func (e *Entry) append(b []byte) []byte {
	b = e.Peer.Addr().AppendTo(b)
	b = append(b, " - - ["...)
	b = e.Time.AppendFormat(b, "02/Jan/2006:15:04:05 -0700")
	b = append(b, `] "`...)
	if len(e.Method) > 0 {
		b = quote(b, e.Method)
		b = append(b, ' ')
		b = quote(b, e.Target)
		if e.Two {
			b = append(b, " HTTP/2.0"...)
		} else {
			b = append(b, " HTTP/1."...)
			b = append(b, '0'+e.Minor)
		}
	} else {
		b = append(b, '-')
	}
	b = append(b, `" `...)
	b = strconv.AppendInt(b, int64(e.Status), 10)
	b = append(b, ' ')
	b = strconv.AppendInt(b, e.Bytes, 10)
	b = append(b, ` "`...)
	b = orDash(b, e.Referer)
	b = append(b, `" "`...)
	b = orDash(b, e.UserAgent)
	b = append(b, '"')
	if e.Tunnel {
		b = strconv.AppendInt(append(b, " received="...), e.Received, 10)
	}
	if e.Backend.IsValid() {
		b = e.Backend.AppendTo(append(b, " backend="...))
		b = append(quote(append(b, ` why="`...), []byte(e.Why)), '"')
	}
	return append(b, '\n')
}

func orDash(b, v []byte) []byte {
	if len(v) == 0 {
		return append(b, '-')
	}
	return quote(b, v)
}

func quote(b, v []byte) []byte {
	const digits = "0123456789abcdef"
	for _, c := range v {
		if c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			b = append(b, '\\', 'x', digits[c>>4], digits[c&15])
			continue
		}
		b = append(b, c)
	}
	return b
}
