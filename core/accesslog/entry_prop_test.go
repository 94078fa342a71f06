package accesslog

// Model: a line is read back by the rules of its format alone, and what is read is
// what was logged, whatever bytes a peer sent.

import (
	"bytes"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// line is a whole line; its groups are what stands between the spaces and quotes.
var line = regexp.MustCompile(`^(\S+) - - \[([^\]]+)\] "([^"]*)" (\d+) (-?\d+) "([^"]*)" "([^"]*)"( received=-?\d+)?( backend=\S+ why="([^"]*)")?\n$`)

// unquote reads a string back. It fails if anything is quoted that need not be, or
// the other way round: then a string would not end, or mean two things.
func unquote(s []byte) (v []byte, err error) {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '\\' {
			if i+4 > len(s) || s[i+1] != 'x' {
				return nil, fmt.Errorf("a backslash in %q begins nothing", s)
			}
			n, err := strconv.ParseUint(string(s[i+2:i+4]), 16, 8)
			if err != nil {
				return nil, err
			}
			i += 3
			if c = byte(n); c >= ' ' && c < 0x7f && c != '"' && c != '\\' {
				return nil, fmt.Errorf("%q has %q quoted, which need not be", s, c)
			}
		} else if c < ' ' || c >= 0x7f || c == '"' {
			return nil, fmt.Errorf("%q has %q unquoted", s, c)
		}
		v = append(v, c)
	}
	return v, nil
}

// fields are bytes that a peer may send, those around the limits of quoting often.
func fields() *rapid.Generator[[]byte] {
	edge := rapid.SampledFrom([]byte{0, 0x1f, ' ', '!', '"', '#', '[', '\\', ']', '-', 'x', '~', 0x7f, 0x80, 0xff})
	return rapid.SliceOfN(rapid.OneOf(edge, rapid.Byte()), 0, 12)
}

func TestLineIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := Entry{
			Peer: netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, rapid.Byte().Draw(t, "host")}), 80),
			Time: time.Unix(rapid.Int64Range(0, 1<<32).Draw(t, "time"), 0).UTC(), Minor: rapid.Uint8Range(0, 1).Draw(t, "minor"),
			Method: rapid.SampledFrom([][]byte{nil, []byte("GET"), []byte("B\"R\\EW")}).Draw(t, "method"),
			Target: fields().Draw(t, "target"), Status: rapid.IntRange(100, 599).Draw(t, "status"),
			Bytes: rapid.Int64Min(0).Draw(t, "bytes"), Referer: fields().Draw(t, "referer"), UserAgent: fields().Draw(t, "agent"),
			Two: rapid.Bool().Draw(t, "two"), Tunnel: rapid.Bool().Draw(t, "tunnel"), Received: rapid.Int64().Draw(t, "received"),
		}
		backend := ""
		if rapid.Bool().Draw(t, "fails") {
			e.Backend, e.Why = netip.MustParseAddrPort("[::1]:90"), string(fields().Draw(t, "why"))
			backend = " backend=[::1]:90 why=\"" + string(quote(nil, []byte(e.Why))) + "\""
		}
		text := e.append(nil)
		if len(text) > e.bound() {
			t.Fatalf("%q has %d bytes, more than the bound %d", text, len(text), e.bound())
		}
		m := line.FindSubmatch(text)
		if m == nil {
			t.Fatalf("%q is no line in combined format", text)
		}
		if string(m[9]) != backend {
			t.Fatalf("%q has %q of its backend, not %q", text, m[9], backend)
		}
		if why, err := unquote(m[10]); err != nil || string(why) != e.Why {
			t.Fatalf("%q has %q as a reason, not %q: %v", text, why, e.Why, err)
		}
		request := "-"
		if len(e.Method) > 0 {
			request = fmt.Sprintf("%s %s HTTP/1.%d", e.Method, e.Target, e.Minor)
			if e.Two {
				request = fmt.Sprintf("%s %s HTTP/2.0", e.Method, e.Target)
			}
		}
		received := ""
		if e.Tunnel {
			received = fmt.Sprintf(" received=%d", e.Received)
		}
		for i, want := range [][]byte{
			[]byte(e.Peer.Addr().String()), []byte(e.Time.Format("02/Jan/2006:15:04:05 -0700")), []byte(request),
			[]byte(strconv.Itoa(e.Status)), []byte(strconv.FormatInt(e.Bytes, 10)), dash(e.Referer), dash(e.UserAgent), []byte(received),
		} {
			if got, err := unquote(m[i+1]); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("part %d of %q is read as %q, not %q: %v", i+1, text, got, want, err)
			}
		}
	})
}

// dash is what stands for a field that was not sent.
func dash(v []byte) []byte {
	if len(v) == 0 {
		return []byte("-")
	}
	return v
}
