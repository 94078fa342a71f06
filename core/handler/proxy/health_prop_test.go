package proxy

// Health against a model: what is thought of a backend is what the last findings in a row
// say. And slow starts against the share that they promise.

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"brigade/core/exchange"
	"brigade/core/rt"
)

// inCare makes a proxy of n backends that are checked by c.
func inCare(t rapid.TB, n int, c Check, b Balance) *Proxy {
	var list []netip.AddrPort
	for i := range n {
		list = append(list, address(i))
	}
	p, err := New(Options{Backends: list, Balance: b, Check: c})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestHealth draws findings, and holds what is thought, and when the next check begins, to
// the findings alone.
func TestHealth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Check{
			What: "/", Interval: 10 * time.Second, Timeout: time.Second,
			Rise: rapid.IntRange(1, 4).Draw(t, "rise"), Fall: rapid.IntRange(1, 4).Draw(t, "fall"),
		}
		p := inCare(t, 1, c, RoundRobin)
		k := p.Checks()[0]
		unfit, against, said := false, 0, 0
		for i, f := range rapid.SliceOf(rapid.SampledFrom([]exchange.Finding{exchange.Fit, exchange.Unfit, exchange.Unknown})).Draw(t, "findings") {
			now := rt.Instant(i + 1)
			again, news := k.Found(f, now)
			turns := false
			if f != exchange.Unknown {
				against++
				if (f == exchange.Unfit) == unfit {
					against = 0
				}
				if turns = !unfit && against == c.Fall || unfit && against == c.Rise; turns {
					unfit, against = !unfit, 0
				}
			}
			want := c.Interval
			if against > 0 || f == exchange.Unknown {
				want = c.Timeout
			}
			if news != "" {
				said++
			}
			h := p.Health()[0]
			if h.Unfit != unfit || again != want || (news != "") != turns || turns && !unfit && h.Since != now || h.Made != int64(i+1) {
				t.Fatalf("finding %d, %d: %+v, again in %v, news %q; unfit: %t, again in %v", i, f, h, again, news, unfit, want)
			}
			if s := p.Status()[0]; (s.State == Unfit) != unfit || s.Checks != uint64(i+1) || s.Failed != uint64(h.Failed) || s.Unknown != uint64(h.Unknown) {
				t.Fatalf("finding %d, %d: %+v is told, and it is %+v", i, f, s, h)
			}
			x := &exchange.Exchange{Clock: now}
			if got, ok := p.Choose(x, 0); ok == unfit {
				t.Fatalf("unfit: %t, and chosen: %d, %t", unfit, got, ok)
			} else if ok {
				p.Asked(x, got, true)
			}
		}
	})
}

// TestSlowStart: who was unfit gets half of its share after half of the time, and all of it
// then; alone it gets all there is.
func TestSlowStart(t *testing.T) {
	const slow = 10 * time.Second
	for _, b := range []Balance{RoundRobin, Least, Hash} {
		p := inCare(t, 2, Check{What: tcp, Rise: 1, Fall: 1, SlowStart: slow}, b)
		k := p.Checks()[0]
		k.Found(exchange.Unfit, 1)
		k.Found(exchange.Fit, 1)
		for _, x := range []struct {
			after       time.Duration
			least, most int
		}{{0, 0, 0}, {slow / 2, 2000, 3000}, {slow, 4500, 5500}} {
			got := 0
			for i := range 10_000 {
				target := []byte("/" + strings.Repeat("x", i%7) + string(rune('a'+i%23)) + string(rune('a'+i%19)) + string(rune('a'+i%17)))
				if p.pick(target, rt.Instant(1).Add(x.after), 0, true) == 0 {
					got++
				}
			}
			if got < x.least || got > x.most {
				t.Errorf("%v, %v after it is fit again: %d of 10000; it is to be %d to %d", b, x.after, got, x.least, x.most)
			}
		}
		if p.pick([]byte("/"), 1, 2, true) != 0 {
			t.Errorf("%v: if there is no other, it is asked", b)
		}
	}
}

// TestStates: what is told of a backend is the worst that is known of it.
func TestStates(t *testing.T) {
	p := inCare(t, 1, Check{What: tcp, Rise: 1, Fall: 1, SlowStart: time.Hour}, RoundRobin)
	k, x := p.Checks()[0], &exchange.Exchange{Clock: rt.Now()}
	want := func(why string, state State) {
		t.Helper()
		if got := p.Status()[0].State; got != state {
			t.Errorf("%s: %v; it is to be %v", why, got, state)
		}
	}
	want("nothing is known", Fit)
	i, _ := p.Choose(x, 0)
	p.Asked(x, i, false)
	want("a request has failed", Resting)
	k.Found(exchange.Unfit, rt.Now())
	want("its checks fail, too", Unfit)
	k.Found(exchange.Fit, rt.Now())
	want("they pass again", Starting)
	if names := []string{Fit.String(), Starting.String(), Resting.String(), Unfit.String()}; strings.Join(names, " ") != "fit starting resting unfit" {
		t.Errorf("the states are called %v", names)
	}
}

func TestChecksRefused(t *testing.T) {
	for want, c := range map[string]Check{
		"begins with a slash": {What: "health"},
		"has no status":       {What: tcp, Status: 200},
		"200 to 599":          {What: "/", Status: 100},
		"1 or more checks":    {What: "/", Rise: -1},
		"are 1 ms or more":    {What: "/", Interval: time.Microsecond},
	} {
		if _, err := New(Options{Backends: []netip.AddrPort{address(0)}, Check: c}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v; it has to say %q", c, err, want)
		}
	}
	if p := inCare(t, 2, Check{}, RoundRobin); p.Checks() != nil {
		t.Error("nothing is asked for, and backends are checked")
	}
}

// TestQuery: what a backend is asked is a request by itself.
func TestQuery(t *testing.T) {
	p, err := New(Options{Backends: []netip.AddrPort{address(0)}, Host: "inside", Check: Check{What: "/h?x", Status: 404}})
	if err != nil {
		t.Fatal(err)
	}
	k := p.Checks()[0]
	if got, want := string(k.Query([]byte("x"))), "xGET /h?x HTTP/1.1\r\nHost: inside\r\nUser-Agent: brigade\r\nConnection: close\r\n\r\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if k.Expects(200) || !k.Expects(404) {
		t.Error("it is to answer 404")
	}
}
