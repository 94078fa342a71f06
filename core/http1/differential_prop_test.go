package http1

// This parser against that of net/http. If both accept a head, it means the same
// to both. Where only one accepts it, the difference is one of those listed here,
// each with the clause that permits it.

import (
	"bufio"
	"bytes"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// stricter are the refusals that net/http's ReadRequest does not share. Those of
// the limits are left to its caller there, as is a missing Host.
var stricter = map[*Error]string{
	errBareLF:     "RFC 9112 §2.2 lets a recipient take LF for a line end; a second one may not, and split elsewhere",
	errBareCR:     "RFC 9112 §2.2: a bare CR makes the element invalid, or is replaced; net/http keeps it in a line's end",
	errFold:       "RFC 9112 §5.2: a server rejects a folded line or unfolds it; net/http unfolds",
	errEmptyLines: "RFC 9112 §2.2: the empty lines are taken off before net/http sees the head",
	errTargetByte: "RFC 9112 §3.2: a target with # or \\ or bytes beyond ASCII is no target",
	errTargetForm: "RFC 9112 §3.2: net/http takes any URI, opaque ones too",
	errScheme:     "RFC 9112 §3.2.2: other schemes are for proxies",
	errUserinfo:   "RFC 9110 §4.2.4: userinfo may be treated as an error",
	errAuthority:  "RFC 9110 §4.2.1: an empty host is invalid; and no escapes, lists or ports beyond 65535",
	errConnect:    "RFC 9112 §3.2.3: only host:port, and the port is not left out",
	errAsterisk:   "RFC 9112 §3.2.4: only with OPTIONS",
	errVersion:    "RFC 9110 §15.6.6: net/http's ReadRequest leaves the version to its caller",
	errProtocol:   "RFC 9112 §2.3",
	errLineSpace:  "RFC 9112 §3: whitespace beside the single spaces may be tolerated",
	errValue:      "RFC 9110 §5.5: control characters in a value are invalid",
	errName:       "RFC 9110 §5.1: a name is a token",
	errNameSpace:  "RFC 9112 §5.1: a server must reject it; net/http leaves that to its server",
	errHostNone:   "RFC 9112 §3.2: asked for by net/http's server, not its ReadRequest",
	errHostTwice:  "RFC 9112 §3.2: asked for by net/http's server, not its ReadRequest",
	errHostValue:  "RFC 9112 §3.2: asked for by net/http's server, not its ReadRequest",
	errLengthMany: "RFC 9110 §8.6: repeated equal lengths may be rejected; net/http takes them for one",
	errLengthForm: "RFC 9110 §8.6: net/http ignores Content-Length where Transfer-Encoding wins",
	errLengthTE:   "RFC 9112 §6.1: a server may reject both at once; net/http lets Transfer-Encoding win",
	errCoding10:   "RFC 9112 §6.1: faulty framing; net/http ignores the field in HTTP/1.0",
	errCodingMany: "RFC 9112 §6.1: net/http ignores the field in HTTP/1.0",
	errRepeated:   "RFC 9110 §5.3: net/http leaves repeated fields to its caller",
	errExpect:     "RFC 9110 §10.1.1: asked for by net/http's server, not its ReadRequest",
	errEscape:     "RFC 3986 §2.1: net/http does not look at an opaque target",
	errFieldCount: "RFC 6585 §5",
	errHeadLarge:  "RFC 6585 §5",
	errTargetLong: "RFC 9112 §3",
}

// laxer are heads accepted here and refused by net/http's ReadRequest.
var laxer = []struct {
	name  string // with the clause
	match func(r *Request, err error) bool
}{
	{"RFC 9110 §6.5.1: Trailer announces a field that trailers may not hold; trailers are dropped here", func(r *Request, _ error) bool {
		return r.Get("Trailer") != nil
	}},
}

// differ reports how b means something else to net/http, or "".
func differ(b []byte) string {
	ours := new(Request)
	n, e := ours.Parse(b, 0, nil)
	if n == 0 && e == nil {
		return ""
	}
	// net/http's server takes empty lines off before it calls ReadRequest.
	start, _ := emptyLines(b)
	theirs, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(b[start:])))
	switch {
	case e != nil && err == nil:
		if stricter[e] == "" {
			return "refused here only: " + e.Error()
		}
		return ""
	case e != nil:
		return ""
	case err != nil:
		for _, l := range laxer {
			if l.match(ours, err) {
				return ""
			}
		}
		return "accepted here only: " + err.Error()
	}
	return differentParts(ours, theirs)
}

func differentParts(ours *Request, theirs *http.Request) string {
	length := max(ours.ContentLength, 0)
	if ours.Chunked {
		length = -1
	}
	switch {
	case string(ours.MethodName) != theirs.Method:
		return "method " + theirs.Method
	case string(ours.Target) != theirs.RequestURI:
		return "target " + theirs.RequestURI
	case string(ours.Host) != theirs.Host:
		return "host " + theirs.Host
	case int(ours.Minor) != min(theirs.ProtoMinor, 1):
		return "version " + theirs.Proto
	case length != theirs.ContentLength:
		return "length"
	case ours.Chunked != (len(theirs.TransferEncoding) == 1):
		return "chunked"
	case ours.Persistent() == theirs.Close && theirs.ProtoMinor <= 1:
		return "persistence"
	}
	return differentFields(ours, theirs)
}

// differentFields compares all fields but those that net/http takes out of its
// map (Host, Transfer-Encoding, Trailer) or adds (Cache-Control for Pragma).
func differentFields(ours *Request, theirs *http.Request) string {
	fields := map[string][]string{}
	for _, f := range ours.Fields {
		name := textproto.CanonicalMIMEHeaderKey(string(f.Name))
		fields[name] = append(fields[name], string(f.Value))
	}
	for _, name := range []string{"Host", "Transfer-Encoding", "Trailer"} {
		delete(fields, name)
		delete(theirs.Header, name)
	}
	if fields["Pragma"] != nil && fields["Cache-Control"] == nil {
		delete(theirs.Header, "Cache-Control")
	}
	for name, values := range fields {
		if !slices.Equal(theirs.Header[name], values) {
			return "field " + name + ": " + strings.Join(theirs.Header[name], " | ")
		}
	}
	if len(fields) != len(theirs.Header) {
		return "number of fields"
	}
	return ""
}

func TestRefusalsAgreeWithNetHTTPOrAreListed(t *testing.T) {
	for _, c := range refusals {
		if how := differ([]byte(c.head)); how != "" {
			t.Errorf("%s: %s", c.name, how)
		}
	}
}

func TestPropHeadsMeanTheSameToNetHTTP(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if how := differ([]byte(head.Draw(t, "head"))); how != "" {
			t.Fatal(how)
		}
	})
}

func FuzzDifferential(f *testing.F) {
	addHeads(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		if how := differ(b); how != "" {
			t.Fatalf("%q: %s", b, how)
		}
	})
}
