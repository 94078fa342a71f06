package proxy

// Balancing against models that are written another way: a list that is gone through, a
// search for the smallest, and what consistent hashing promises of any pair of sets.

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"pgregory.net/rapid"

	"brigade/core/exchange"
	"brigade/core/http1"
	"brigade/core/rt"
)

func address(i int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(9000+i))
}

// of makes a proxy of n backends, numbered from first on.
func of(t rapid.TB, b Balance, first, n int) *Proxy {
	var list []netip.AddrPort
	for i := range n {
		list = append(list, address(first+i))
	}
	p, err := New(Options{Backends: list, Balance: b})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestBalance draws requests that begin, end and fail, and holds each choice to a model.
func TestBalance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "backends")
		p := of(t, Balance(rapid.IntRange(0, 2).Draw(t, "balance")), 0, n)
		load, rests, next := make([]int, n), make([]rt.Instant, n), 0
		now := rt.Instant(1)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 4).Draw(t, "seconds")) * time.Second)
			x := &exchange.Exchange{Clock: now}
			x.Request.Target = []byte(fmt.Sprint("/", rapid.IntRange(0, 5).Draw(t, "target")))
			if i := rapid.IntRange(-1, n-1).Draw(t, "ends"); i >= 0 && load[i] > 0 {
				good := rapid.Bool().Draw(t, "good")
				p.Asked(x, i, good)
				load[i]--
				if rests[i] = 0; !good {
					rests[i] = now.Add(10 * time.Second)
				}
				continue
			}
			x.Request.Method = rapid.SampledFrom([]http1.Method{http1.GET, http1.POST}).Draw(t, "method")
			tried := uint64(rapid.IntRange(0, 1<<n-1).Draw(t, "tried"))
			got, ok := p.Choose(x, tried)
			want := model(p.balance, load, rests, next, tried, now, x.Request.Method)
			next++
			if ok != (len(want) > 0) || ok && !want[got] {
				t.Fatalf("%v chooses %d (%t) of %v, load %v, rests %v, tried %b, turn %d", p.balance, got, ok, want, load, rests, tried, next-1)
			}
			if ok {
				load[got]++
			}
		}
		for i, active := range p.Load() {
			if int(active) != load[i] {
				t.Fatalf("backend %d has %d requests, not %d", i, active, load[i])
			}
		}
	})
}

// model is who may be chosen: any, where the way itself does not say who.
func model(b Balance, load []int, rests []rt.Instant, next int, tried uint64, now rt.Instant, m http1.Method) map[int]bool {
	may := map[int]bool{}
	for _, rested := range []bool{true, false} {
		for i := range load {
			tries := load[i] == 0 && rests[i] <= now && (m == http1.GET || rests[i].Add(10*time.Second) <= now)
			if tried>>i&1 == 0 && (rests[i] == 0 || tries) == rested {
				may[i] = true
			}
		}
		if len(may) > 0 {
			break
		}
	}
	switch b {
	case RoundRobin:
		for k := range load {
			if i := (next + k) % len(load); may[i] {
				return map[int]bool{i: true}
			}
		}
	case Least:
		for i := range may {
			for j := range load {
				if may[j] && load[j] < load[i] {
					delete(may, i)
					break
				}
			}
		}
	case Hash, balances:
	}
	return may
}

// TestHashMovesLittle: a backend that comes takes targets from the others, and none goes
// from one of these to another; the shares are even.
func TestHashMovesLittle(t *testing.T) {
	const targets, n = 20_000, 5
	few, many := of(t, Hash, 0, n), of(t, Hash, 0, n+1)
	share, moved := make([]int, n), 0
	for i := range targets {
		target := []byte(fmt.Sprintf("/articles/%d", i))
		a, b := few.pick(target, 1, 0, true), many.pick(target, 1, 0, true)
		share[a]++
		switch {
		case a == b:
		case b == n:
			moved++
		default:
			t.Fatalf("%s goes from backend %d to %d, and both were there before", target, a, b)
		}
	}
	for i, s := range share {
		if s < targets/n*9/10 || s > targets/n*11/10 {
			t.Errorf("backend %d has %d of %d targets", i, s, targets)
		}
	}
	if want := targets / (n + 1); moved < want*9/10 || moved > want*11/10 {
		t.Errorf("%d targets moved to the new backend; its share is %d", moved, want)
	}
}

// TestHashIsOfTheName: where a backend stands in the list makes no difference.
func TestHashIsOfTheName(t *testing.T) {
	a, err := New(Options{Backends: []netip.AddrPort{address(1), address(2), address(3)}, Balance: Hash})
	if err != nil {
		t.Fatal(err)
	}
	b, err := New(Options{Backends: []netip.AddrPort{address(3), address(1), address(2)}, Balance: Hash})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 1000 {
		target := fmt.Appendf(nil, "/%d", i)
		if x, y := a.Address(a.pick(target, 1, 0, true)), b.Address(b.pick(target, 1, 0, true)); x != y {
			t.Fatalf("%s is at %v in one order and at %v in another", target, x, y)
		}
	}
}
