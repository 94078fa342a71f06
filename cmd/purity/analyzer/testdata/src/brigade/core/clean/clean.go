// Package clean holds what a core does all day. Nothing here is reported.
package clean

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"brigade/core/rt"
)

// ErrFull is one value, made once.
var ErrFull = errors.New("full")

var _ fmt.Stringer = state(0)

var (
	token    = [256]bool{'!': true, '#': true}
	weekdays = [...]string{"Mon", "Tue"}
	types    = map[string]string{".html": "text/html"}
	squares  = computed()
	loopback = netip.MustParseAddr("127.0.0.1")
)

func computed() (t [16]int) {
	for i := range t {
		t[i] = i * i
	}
	return t
}

type state uint8

func (s state) String() string { return weekdays[s%2] }

type shard struct {
	mu    rt.Mutex
	ready rt.Cond
	queue []int
	peers map[netip.Addr]*peer
	byID  map[int]*peer
}

type peer struct {
	id    int
	bytes int
	idle  bool
	until time.Time
}

func (s *shard) take(now time.Time) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ready.Await(func() bool { return len(s.queue) > 0 })
	n := s.queue[0]
	s.queue = s.queue[1:]
	if !token[byte(n)] || squares[3] == n {
		return 0, fmt.Errorf("at %v: %w", now, ErrFull)
	}
	rt.Go("reader", func() { s.queue = nil })
	return n, nil
}

// stats is everything that may be asked of a map in any order.
func (s *shard) stats(now time.Time, limit int) (idle, bytes, most int) {
	for a, p := range s.peers {
		if p == nil {
			delete(s.peers, a)
			continue
		}
		if n := p.bytes; n > limit {
			bytes += n
			most = max(most, n)
		} else if p.idle {
			idle++
		}
	}
	return idle, bytes, most
}

func (s *shard) busy() bool {
	for _, p := range s.peers {
		if p != nil && !p.idle {
			return true
		}
	}
	return false
}

func (s *shard) addresses() []netip.Addr {
	var all []netip.Addr
	for a := range s.peers {
		all = append(all, a)
	}
	slices.SortFunc(all, netip.Addr.Compare)
	return all
}

func (s *shard) ids() []int {
	ids := make([]int, 0, len(s.peers))
	for _, p := range s.peers {
		ids = append(ids, p.id)
	}
	slices.Sort(ids)
	return ids
}

func (s *shard) reset() (found bool) {
	kept := map[netip.Addr]int{}
	for a, p := range s.peers {
		kept[a] = p.id
		found = true
		p.idle = true
	}
	clear(s.peers)
	for _, id := range slices.Sorted(maps.Keys(s.byID)) {
		s.queue = append(s.queue, id)
	}
	for range kept {
		s.queue = nil
	}
	slices.SortFunc(s.queue, cmp.Compare[int])
	return found
}

func describe(p *peer, s state) string {
	if p == nil {
		rt.Bug("peer %d in state %v, %s is missing", 0, s, types[".html"]+loopback.String())
	}
	return strconv.Itoa(p.id)
}
