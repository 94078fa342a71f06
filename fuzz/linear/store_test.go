package linear

// What may be seen of a store and what may not, in histories of a few operations; a search
// that runs out of time says that it does not know.

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

// seen is one operation of a history, in the order of their requests.
type seen struct {
	call, end int64
	Request
	Answer
}

func get(call, end int64, value string) seen {
	if value == "" {
		return seen{call, end, Request{Key: "k"}, Answer{Result: Missing}}
	}
	return seen{call, end, Request{Key: "k"}, Answer{Done, value}}
}

func put(call, end int64, value string, r Result) seen {
	return seen{call, end, Request{Key: "k", Verb: Put, Value: value}, Answer{Result: r}}
}

func swap(call, end int64, g Given, was, value string, r Result) seen {
	return seen{call, end, Request{"k", Put, g, was, value}, Answer{Result: r}}
}

func remove(call, end int64, r Result) seen {
	return seen{call, end, Request{Key: "k", Verb: Remove}, Answer{Result: r}}
}

func TestStores(t *testing.T) {
	for _, x := range []struct {
		name string
		want Verdict
		ops  []seen
	}{
		{"what was put is there", Linearizable, []seen{put(1, 2, "a", Created), get(3, 4, "a")}},
		{"a stale read", Stale, []seen{put(1, 2, "a", Created), put(3, 4, "b", Done), get(5, 6, "a")}},
		{"a read that overlaps may be either", Linearizable, []seen{put(1, 2, "a", Created), put(3, 6, "b", Done), get(4, 5, "a"), get(7, 8, "b")}},
		{"and does not go back", Stale, []seen{put(1, 2, "a", Created), put(3, 10, "b", Done), get(4, 5, "b"), get(6, 7, "a")}},
		{"a value that nobody put", Stale, []seen{put(1, 2, "a", Created), get(3, 4, "b")}},
		{"there is none, and was", Stale, []seen{put(1, 2, "a", Created), get(3, 4, "")}},
		{"it was removed", Linearizable, []seen{put(1, 2, "a", Created), remove(3, 4, Done), get(5, 6, ""), remove(7, 8, Missing)}},
		{"two remove it", Stale, []seen{put(1, 2, "a", Created), remove(3, 6, Done), remove(4, 5, Done)}},
		{"two create it", Stale, []seen{put(1, 4, "a", Created), put(2, 3, "b", Created)}},
		{"one of two swaps fails", Linearizable, []seen{put(1, 2, "a", Created), swap(3, 6, IfIs, "a", "b", Done), swap(4, 5, IfIs, "a", "c", Failed)}},
		{"a lost update", Stale, []seen{put(1, 2, "a", Created), swap(3, 6, IfIs, "a", "b", Done), swap(4, 5, IfIs, "a", "c", Done)}},
		{"a swap fails for nothing", Stale, []seen{put(1, 2, "a", Created), swap(3, 4, IfIs, "a", "b", Failed)}},
		{"only if there is none", Linearizable, []seen{swap(1, 4, IfAbsent, "", "a", Created), swap(2, 3, IfAbsent, "", "b", Failed)}},
		{"both, if there is none", Stale, []seen{swap(1, 4, IfAbsent, "", "a", Created), swap(2, 3, IfAbsent, "", "b", Created)}},
		{"nothing to swap", Linearizable, []seen{swap(1, 2, IfAny, "", "a", Failed), get(3, 4, "")}},
		{"a lost put has happened", Linearizable, []seen{put(1, 2, "a", Created), put(3, 0, "b", Lost), get(4, 5, "a"), get(6, 7, "b")}},
		{"or not", Linearizable, []seen{put(1, 2, "a", Created), put(3, 0, "b", Lost), get(4, 5, "a"), get(6, 7, "a")}},
		{"but once", Stale, []seen{put(1, 2, "a", Created), put(3, 0, "b", Lost), get(4, 5, "b"), get(6, 7, "a")}},
		{"and not before it was asked for", Stale, []seen{put(1, 2, "a", Created), get(3, 4, "b"), put(5, 0, "b", Lost)}},
		{"a lost swap fails by itself", Linearizable, []seen{put(1, 2, "a", Created), swap(3, 0, IfIs, "x", "b", Lost), get(4, 5, "a")}},
		{"and has no effect then", Stale, []seen{put(1, 2, "a", Created), swap(3, 0, IfIs, "x", "b", Lost), get(4, 5, "b")}},
		{"it is as it was", Linearizable, []seen{put(1, 2, "a", Created), {3, 4, Request{Key: "k", Given: IfIsNot, Was: "a"}, Answer{Result: Unchanged}}}},
		{"it is not as it was", Stale, []seen{put(1, 2, "a", Created), {3, 4, Request{Key: "k", Given: IfIsNot, Was: "b"}, Answer{Result: Unchanged}}}},
		{"what is full has not changed", Stale, []seen{put(1, 2, "a", Full), get(3, 4, "a")}},
		{"other keys are others", Linearizable, []seen{put(1, 2, "a", Created), {3, 4, Request{Key: "l"}, Answer{Result: Missing}}}},
	} {
		logs := []*Log{{Client: 1}, {Client: 2}}
		for i, o := range x.ops {
			logs[i%2].Add(o.Request, o.Answer, o.call, o.end)
		}
		s := Merge(logs...)
		if v := s.Judge(limit); v != x.want {
			t.Errorf("%s: %s, want %s", x.name, v, x.want)
		}
		if worst := s.Worst(limit); (worst != "") != (x.want == Stale) {
			t.Errorf("%s: what no order explains is %q", x.name, worst)
		}
	}
}

func TestStoreIsTold(t *testing.T) {
	l := &Log{Client: 1}
	l.Add(Request{"k", Put, IfIs, "1.1 0;", "1.2 0;"}, Answer{Result: Done}, 3, 4)
	l.Add(Request{Key: "k", Verb: Remove}, Answer{}, 5, 0)
	l.Add(Request{Key: "k"}, Answer{Done, "1.3 0;"}, 6, 7)
	s := Merge(l)
	const want = "3-4 client 1 put k 1.2 if it is 1.1: done; 5- client 1 remove k : lost; 6-7 client 1 get k : done 1.3"
	if got := s.Worst(limit); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if got := s.String(); got != "3 operations, 1 answers lost, 0 pairs overlap, 1 at once at most" {
		t.Error(got)
	}
}

// Many operations of which nobody knows whether they happened have more orders than there
// is time for.
func TestUnknownIsNotFound(t *testing.T) {
	l := new(Log)
	for i := range 30 {
		l.Add(Request{Key: "k", Verb: Put, Value: strconv.Itoa(i)}, Answer{}, int64(i), 0)
	}
	l.Add(Request{Key: "k"}, Answer{Done, strings.Repeat("x", 9)}, 40, 41)
	s := Merge(l)
	if v := s.Judge(time.Millisecond); v != Unknown {
		t.Errorf("%s: %s, want %s", s, v, Unknown)
	}
	if worst := s.Worst(time.Millisecond); worst != "" {
		t.Errorf("what no order explains is %q, but nobody knows", worst)
	}
}
