package proxy

// What goes on and what comes back, against lists of fields: those of the hop and those
// that are the proxy's to say taken out, its own put behind them.

import (
	"bufio"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"brigade/core/exchange"
	"brigade/core/http1"
)

type field struct{ name, value string }

// named reports whether a list has a name, in any case.
func named(list []string, name string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, name) })
}

// options are what the Connection fields among f say.
func options(f []field) (list []string) {
	for _, x := range f {
		if strings.EqualFold(x.name, "connection") {
			for option := range strings.SplitSeq(x.value, ",") {
				list = append(list, strings.TrimSpace(option))
			}
		}
	}
	return list
}

var hop = []string{"connection", "keep-alive", "te", "upgrade", "proxy-connection", "transfer-encoding"}

// goesOn is the model of what a backend is sent of f.
func goesOn(f []field, trust, unknown bool) (list []field) {
	ours := []string{"host", "content-length", "expect", "proxy-authorization"}
	if !unknown {
		ours = append(ours, "trailer")
	}
	if !trust {
		ours = append(ours, "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto")
	}
	for _, x := range f {
		trailer := unknown && strings.EqualFold(x.name, "trailer") // it announces what goes on
		if !named(ours, x.name) && (trailer || !named(hop, x.name) && !named(options(f), x.name)) {
			list = append(list, x)
		}
	}
	return list
}

// draw draws fields.
func draw(t *rapid.T) (f []field) {
	names := []string{"Accept", "X-Own", "Connection", "TE", "Trailer", "Keep-Alive", "Upgrade", "Proxy-Connection", "Proxy-Authorization", "Via", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "x-forwarded-proto", "Traile", "hosts", "Expecu", "Date", "Set-Cookie"}
	for _, name := range names {
		if !rapid.Bool().Draw(t, name) {
			continue
		}
		value := "v"
		switch name {
		case "Connection":
			value = rapid.SampledFrom([]string{"close", "x-own", "keep-alive, X-OWN ,via", "upgrade", "TE", ""}).Draw(t, "options")
		case "TE":
			value = rapid.SampledFrom([]string{"trailers", "gzip"}).Draw(t, "codings")
		}
		f = append(f, field{name, value})
	}
	return f
}

// lines are a head's, without the first.
func lines(t *rapid.T, text string) (first string, f []field) {
	head, rest, ok := strings.Cut(text, "\r\n\r\n")
	if !ok || rest != "" {
		t.Fatalf("%q is no head", text)
	}
	list := strings.Split(head, "\r\n")
	for _, line := range list[1:] {
		name, value, _ := strings.Cut(line, ": ")
		f = append(f, field{name, value})
	}
	return list[0], f
}

func TestWhatABackendIsAsked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for range 10 {
			o := Options{Backends: []netip.AddrPort{address(0)}, Trust: rapid.Bool().Draw(t, "trust"), Host: rapid.SampledFrom([]string{"", "", "inside"}).Draw(t, "host")}
			p, err := New(o)
			if err != nil {
				t.Fatal(err)
			}
			method := rapid.SampledFrom([]string{"GET", "POST", "OPTIONS", "BREW"}).Draw(t, "method")
			target := rapid.SampledFrom([]string{"/", "/a?b", "http://h/a?b", "http://h", "http://h?b", "http://h?", "/a?"}).Draw(t, "target")
			minor := rapid.IntRange(0, 1).Draw(t, "minor")
			f := draw(t)
			host := ""
			if minor == 1 || rapid.Bool().Draw(t, "hosted") {
				host = rapid.SampledFrom([]string{"h:8", "[::1]"}).Draw(t, "named")
				f = slices.Insert(f, len(f)/2, field{"Host", host})
			}
			announced := rapid.SampledFrom([]string{"", "0", "5", "chunked"}).Draw(t, "content")
			expects := rapid.Bool().Draw(t, "expects")
			switch {
			case announced == "chunked" && minor == 1:
				f = append(f, field{"Transfer-Encoding", "chunked"})
			case announced == "chunked":
				announced = ""
			case announced != "":
				f = append(f, field{"Content-Length", announced})
			}
			if expects {
				f = append(f, field{"Expect", "100-continue"})
			}
			text := method + " " + target + " HTTP/1." + string(rune('0'+minor)) + "\r\n"
			for _, x := range f {
				text += x.name + ": " + x.value + "\r\n"
			}
			x := new(exchange.Exchange)
			if n, e := x.Request.Parse([]byte(text+"\r\n"), 0, nil); n != len(text)+2 || e != nil {
				t.Fatalf("%q: %d, %v", text, n, e)
			}
			x.Request.Framed = rapid.Bool().Draw(t, "framed")
			client := rapid.SampledFrom([]string{"1.2.3.4:5", "[::ffff:1.2.3.4]:5", "[fe80::1%eth0]:5"}).Draw(t, "client")
			length := map[string]int64{"": 0, "0": 0, "5": 5, "chunked": 7}[announced]
			unknown := announced == "chunked" && rapid.Bool().Draw(t, "unknown")
			if unknown {
				length = -1
			}
			first, got := lines(t, string(p.Ask(nil, x, netip.MustParseAddrPort(client), 0, length)))
			if strings.HasPrefix(target, "http") {
				host = "h"
			}
			want := []field{{"Host", host}}
			if o.Host != "" {
				want[0].value = o.Host
			} else if host == "" {
				want[0].value = "127.0.0.1:9000"
			}
			want = append(want, goesOn(f, o.Trust, unknown)...)
			want = append(want, own(o, f, x, client, host)...)
			switch {
			case unknown:
				want = append(want, field{"Transfer-Encoding", "chunked"})
			case announced == "5", announced == "0":
				want = append(want, field{"Content-Length", announced})
			case announced == "chunked":
				want = append(want, field{"Content-Length", "7"})
			}
			if slices.Contains(f, field{"TE", "trailers"}) && minor == 1 {
				want = append(want, field{"Connection", "TE"}, field{"TE", "trailers"})
			}
			if !slices.Equal(got, want) {
				t.Fatalf("of %q a backend gets\n%q, not\n%q", text, got, want)
			}
			path := strings.TrimPrefix(target, "http://h")
			if path == "" && method == "OPTIONS" {
				path = "*"
			} else if path == "" || path[0] == '?' {
				path = "/" + path
			}
			if want := method + " " + path + " HTTP/1.1"; first != want {
				t.Fatalf("of %q a backend gets %q, not %q", text, first, want)
			}
		}
	})
}

// own are the fields that the proxy adds.
func own(o Options, f []field, x *exchange.Exchange, client, host string) (list []field) {
	says := func(name string) bool {
		return o.Trust && slices.ContainsFunc(f, func(x field) bool { return strings.EqualFold(x.name, name) })
	}
	from, node := "1.2.3.4", "1.2.3.4"
	if strings.HasPrefix(client, "[fe80") {
		from, node = "fe80::1", `"[fe80::1]"`
	}
	list = append(list, field{"X-Forwarded-For", from})
	if !says("x-forwarded-proto") {
		list = append(list, field{"X-Forwarded-Proto", "http"})
	}
	if host != "" && !says("x-forwarded-host") {
		list = append(list, field{"X-Forwarded-Host", host})
	}
	if host != "" {
		node += `;host="` + host + `"`
	}
	version := "1.1"
	if x.Request.Framed {
		version = "2.0"
	} else if x.Request.Minor == 0 {
		version = "1.0"
	}
	return append(list, field{"Forwarded", "for=" + node + ";proto=http"}, field{"Via", version + " brigade"})
}

// What a client gets of a backend's head.
func TestWhatAClientGets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for range 10 {
			f := draw(t)
			text := "HTTP/1.1 200 OK\r\n"
			chunked := rapid.Bool().Draw(t, "chunked")
			if chunked {
				f = append(f, field{"Transfer-Encoding", "chunked"})
			} else {
				f = append(f, field{"content-LENGTH", "5"})
			}
			for _, x := range f {
				text += x.name + ": " + x.value + "\r\n"
			}
			a := new(http1.Answer)
			if n, e := a.Parse([]byte(text+"\r\n"), 0, 1<<20); n == 0 || e != nil {
				t.Fatalf("%q: %v", text, e)
			}
			x := &exchange.Exchange{Date: []byte("then"), Status: 200}
			x.Request.TakesTrailers = rapid.Bool().Draw(t, "takes trailers")
			var want []field
			dated := false
			for _, y := range f {
				announces := strings.EqualFold(y.name, "trailer") && !(chunked && x.Request.TakesTrailers)
				if announces || strings.EqualFold(y.name, "content-length") || named(hop, y.name) || named(options(f), y.name) {
					continue
				}
				dated = dated || strings.EqualFold(y.name, "date")
				want = append(want, y)
			}
			if !dated {
				want = append(want, field{"Date", "then"})
			}
			want = append(want, field{"Via", "1.1 brigade"})
			if _, got := lines(t, "HTTP\r\n"+string(appendFields(nil, x, a))+"\r\n"); !slices.Equal(got, want) {
				t.Fatalf("of %q a client gets %q, not %q", text, got, want)
			}
		}
	})
}

// Options are refused if and only if one of them breaks its rule.
func TestOptionsAreJudged(t *testing.T) {
	times := []time.Duration{0, time.Millisecond - 1, time.Millisecond, -1, time.Second}
	rapid.Check(t, func(t *rapid.T) {
		for range 20 {
			// Each option is sound for the most part.
			odd := func(label string) bool { return int(rapid.Byte().Draw(t, label))%12 == 0 }
			o, sound := Options{}, true
			n := rapid.SampledFrom([]int{1, 2, most}).Draw(t, "backends")
			if odd("number") {
				n = rapid.SampledFrom([]int{0, most + 1}).Draw(t, "wrong")
				sound = false
			}
			for i := range n {
				o.Backends = append(o.Backends, address(i))
			}
			if n > 1 && odd("twice") {
				o.Backends[1], sound = o.Backends[0], false
			}
			if n > 0 && odd("no address") {
				o.Backends[n-1], sound = rapid.SampledFrom([]netip.AddrPort{{}, netip.AddrPortFrom(address(0).Addr(), 0), netip.AddrPortFrom(netip.Addr{}, 80)}).Draw(t, "address"), false
			}
			o.Balance = Balance(rapid.IntRange(0, int(balances)-1).Draw(t, "balance"))
			if odd("unknown balance") {
				o.Balance, sound = balances, false
			}
			if odd("host") {
				o.Host, sound = "a"+rapid.SampledFrom([]string{" ", "\t", "\r", "\n", "\x00"}).Draw(t, "byte"), false
			}
			if o.Rest = time.Duration(rapid.IntRange(0, 1).Draw(t, "rest")); odd("negative") {
				o.Rest, sound = -1, false
			}
			c := &o.Check
			c.What = rapid.SampledFrom([]string{"", "tcp", "/", "/h?x~!", "/ x", "/\x7f", "/\x1f", "x", "/é"}).Draw(t, "what")
			c.Status = rapid.SampledFrom([]int{0, 0, 0, 200, 599, 199, 600}).Draw(t, "status")
			c.Rise, c.Fall = rapid.IntRange(0, 2).Draw(t, "rise"), rapid.IntRange(0, 2).Draw(t, "fall")
			if odd("counts") {
				c.Rise, c.Fall = c.Rise-1, c.Fall-1
			}
			c.Interval, c.Timeout = rapid.SampledFrom(times).Draw(t, "interval"), rapid.SampledFrom(times).Draw(t, "timeout")
			c.SlowStart = time.Duration(rapid.IntRange(-1, 1).Draw(t, "slow start"))
			if c.What != "" {
				short := func(d time.Duration) bool { return d != 0 && d < time.Millisecond }
				path := c.What[0] == '/' && strings.Trim(c.What, "/h?x~!") == ""
				sound = sound && (c.What == "tcp" && c.Status == 0 || path && (c.Status == 0 || c.Status >= 200 && c.Status <= 599)) &&
					c.Rise >= 0 && c.Fall >= 0 && !short(c.Interval) && !short(c.Timeout) && c.SlowStart >= 0
			}
			p, err := New(o)
			if (err == nil) != sound {
				t.Fatalf("%+v: %v", o, err)
			}
			if sound && c.What != "" {
				completed(t, p, &o)
			} else if sound && p.Checks() != nil {
				t.Fatal("nothing is asked for, and backends are checked")
			}
		}
	})
}

// completed holds what a check is, where it was left open.
func completed(t *rapid.T, p *Proxy, o *Options) {
	or := func(v, otherwise int64) int64 {
		if v == 0 {
			return otherwise
		}
		return v
	}
	c, list := p.check, p.Checks()
	if len(list) != len(o.Backends) || int64(c.Rise) != or(int64(o.Check.Rise), 2) || int64(c.Fall) != or(int64(o.Check.Fall), 3) {
		t.Fatalf("%+v is completed to %+v", o.Check, c)
	}
	for i, k := range list {
		if k.Address() != o.Backends[i] || int64(k.Interval()) != or(int64(o.Check.Interval), 2e9) || int64(k.Patience()) != or(int64(o.Check.Timeout), 1e9) {
			t.Fatalf("backend %d is checked at %v, each %v, for %v", i, k.Address(), k.Interval(), k.Patience())
		}
		for _, status := range []int{199, 200, 204, 399, 400, 599} {
			want := status >= 200 && status < 400
			if o.Check.Status != 0 {
				want = status == o.Check.Status
			}
			if k.Expects(status) != want {
				t.Fatalf("%+v: %d is fit: %t", o.Check, status, !want)
			}
		}
		text := string(k.Query(nil))
		if c.What == tcp {
			if text != "" {
				t.Fatalf("tcp is asked %q", text)
			}
			continue
		}
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
		host := o.Host
		if host == "" {
			host = o.Backends[i].String()
		}
		if err != nil || r.Method != "GET" || r.RequestURI != c.What || r.Host != host || !r.Close || r.UserAgent() != "brigade" {
			t.Fatalf("backend %d is asked %q, %v", i, text, err)
		}
	}
}
