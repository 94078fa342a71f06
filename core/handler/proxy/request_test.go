package proxy

import (
	"bufio"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"brigade/core/exchange"
)

// ask is the head that backend 0 gets of a request.
func ask(t *testing.T, o Options, client, head string, framed bool) string {
	t.Helper()
	if o.Backends == nil {
		o.Backends = []netip.AddrPort{address(0)}
	}
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	x := new(exchange.Exchange)
	if n, e := x.Request.Parse([]byte(head), 0, nil); n != len(head) || e != nil {
		t.Fatalf("%q: %d, %v", head, n, e)
	}
	x.Request.Framed = framed
	text := string(p.Ask(nil, x, netip.MustParseAddrPort(client), 0, max(x.Request.ContentLength, 0)))
	if _, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text))); err != nil {
		t.Errorf("net/http refuses %q: %v", text, err)
	}
	return text
}

func TestRequests(t *testing.T) {
	const me = "1.2.3.4:5"
	for _, x := range []struct {
		name       string
		options    Options
		client     string
		head, want string
		framed     bool
	}{
		{
			"the plain one",
			Options{},
			me, "GET /a?b HTTP/1.1\r\nHost: h:8\r\nAccept: */*\r\n\r\n",
			"GET /a?b HTTP/1.1\r\nHost: h:8\r\nAccept: */*\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: h:8\r\n" +
				"Forwarded: for=1.2.3.4;host=\"h:8\";proto=http\r\nVia: 1.1 brigade\r\n\r\n", false,
		},
		{
			"what is of the hop, or ours to say",
			Options{},
			me,
			"POST / HTTP/1.1\r\nConnection: keep-alive, X-Own\r\nX-Own: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\nTrailer: x\r\nUpgrade: x\r\n" +
				"Proxy-Connection: x\r\nProxy-Authorization: x\r\nExpect: 100-continue\r\nHost: h\r\nContent-Length: 3\r\n\r\n",
			"POST / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: h\r\n" +
				"Forwarded: for=1.2.3.4;host=\"h\";proto=http\r\nVia: 1.1 brigade\r\nContent-Length: 3\r\nConnection: TE\r\nTE: trailers\r\n\r\n", false,
		},
		{
			"lies about whom it is for",
			Options{},
			"[::ffff:1.2.3.4]:5",
			"GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil\r\nVia: 1.0 x\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: h\r\nVia: 1.0 x\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: h\r\n" +
				"Forwarded: for=1.2.3.4;host=\"h\";proto=http\r\nVia: 1.1 brigade\r\n\r\n", false,
		},
		{
			"the same from one who is trusted",
			Options{Trust: true},
			me,
			"GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Host: h\r\n" +
				"Forwarded: for=1.2.3.4;host=\"h\";proto=http\r\nVia: 1.1 brigade\r\n\r\n", false,
		},
		{
			"in absolute form, a host of ours, IPv6",
			Options{Host: "inside"},
			"[fe80::1%eth0]:5", "GET http://h?q HTTP/1.1\r\nHost: other\r\n\r\n",
			"GET /?q HTTP/1.1\r\nHost: inside\r\nX-Forwarded-For: fe80::1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: h\r\n" +
				"Forwarded: for=\"[fe80::1]\";host=\"h\";proto=http\r\nVia: 1.1 brigade\r\n\r\n", false,
		},
		{
			"HTTP/1.0 without a host",
			Options{},
			me, "GET /x HTTP/1.0\r\n\r\n",
			"GET /x HTTP/1.1\r\nHost: 127.0.0.1:9000\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: http\r\nForwarded: for=1.2.3.4;proto=http\r\nVia: 1.0 brigade\r\n\r\n", false,
		},
		{
			"HTTP/2, content of no bytes",
			Options{},
			me, "PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
			"PUT /x HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: h\r\n" +
				"Forwarded: for=1.2.3.4;host=\"h\";proto=http\r\nVia: 2.0 brigade\r\nContent-Length: 0\r\n\r\n", true,
		},
		{
			"the server as such",
			Options{},
			me, "OPTIONS http://h HTTP/1.1\r\nHost: h\r\n\r\n",
			"OPTIONS * HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: h\r\n" +
				"Forwarded: for=1.2.3.4;host=\"h\";proto=http\r\nVia: 1.1 brigade\r\n\r\n", false,
		},
	} {
		if got := ask(t, x.options, x.client, x.head, x.framed); got != x.want {
			t.Errorf("%s:\n%s\nwant\n%s", x.name, got, x.want)
		}
	}
}

func TestOptionsRefused(t *testing.T) {
	for want, o := range map[string]Options{
		"no backend":  {},
		"at most":     {Backends: make([]netip.AddrPort, most+1)},
		"not known":   {Backends: []netip.AddrPort{address(0)}, Balance: balances},
		"twice":       {Backends: []netip.AddrPort{address(0), address(0)}},
		"no address":  {Backends: []netip.AddrPort{{}}},
		"no host has": {Backends: []netip.AddrPort{address(0)}, Host: "a\r\nb"},
		"or more":     {Backends: []netip.AddrPort{address(0)}, Rest: -1},
		"is named":    {Backends: []netip.AddrPort{netip.AddrPortFrom(address(0).Addr(), 0)}},
	} {
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v; it has to say %q", o, err, want)
		}
	}
	if _, err := ParseBalance("fair"); err == nil || !strings.Contains(err.Error(), "round-robin, least, hash") {
		t.Errorf("an unknown balance: %v", err)
	}
	for b := range balances {
		if got, err := ParseBalance(b.String()); err != nil || got != b {
			t.Errorf("%v is parsed as %v, %v", b, got, err)
		}
	}
}
