package scenario

// What is said before a tunnel begins, read by net/http: the request that a backend gets,
// and the head that a client gets (RFC 9110 §7.8, §9.3.6).

import (
	"bufio"
	"bytes"
	"net/http"
	"slices"
	"strings"
)

// wanted says what is wrong with a request to switch; empty: nothing. It is the client's,
// without what was meant for the proxy alone.
func wanted(head []byte) string {
	q, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(head)))
	switch {
	case err != nil:
		return err.Error()
	case q.Method != http.MethodGet || q.RequestURI != "/chat" || q.Proto != "HTTP/1.1" || q.Host != "t":
		return "it is another request"
	case bytes.Contains(head, []byte("secret")):
		return "a field was meant for the proxy alone"
	case !slices.Equal(q.Header["Upgrade"], []string{"chat"}) || !slices.Equal(q.Header["Connection"], []string{"Upgrade"}):
		return "what it wants is not said as it should be"
	case !strings.HasSuffix(q.Header.Get("Via"), " brigade"):
		return "the proxy does not name itself"
	}
	return ""
}

// agreed says what is wrong with the head behind which a tunnel begins; empty: nothing.
func agreed(head []byte, connect bool) string {
	r, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(head)), &http.Request{Method: http.MethodConnect})
	switch {
	case err != nil:
		return "is none: " + err.Error()
	case connect && (r.Header.Get("Content-Length") != "" || len(r.TransferEncoding) > 0): // RFC 9110 §9.3.6
		return "tells of content"
	case connect && !imf(r.Header.Get("Date")): // RFC 9110 §6.6.1
		return "has no date"
	case !connect && (r.Header.Get("Upgrade") != "chat" || !strings.EqualFold(r.Header.Get("Connection"), "upgrade")): // RFC 9110 §7.8
		return "does not say what was agreed upon"
	}
	return ""
}

// imf reports whether v is a date in the preferred form (RFC 9110 §5.6.7).
func imf(v string) bool {
	d, err := http.ParseTime(v)
	return err == nil && d.UTC().Format(http.TimeFormat) == v
}
