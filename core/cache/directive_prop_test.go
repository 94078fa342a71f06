package cache

// Cache-Control as lists of members, of which each means something, nothing, or that the
// whole field cannot be read.

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// member is one of a list, and what it does to what the list says.
type member struct {
	text string
	does func(d *Directives)
}

func flag(f Flag) func(*Directives) { return func(d *Directives) { d.Flags |= f } }

func least(at func(*Directives) *int64, n int64) func(*Directives) {
	return func(d *Directives) {
		if p := at(d); *p == None || n < *p {
			*p = n
		}
	}
}

func maxAge(d *Directives) *int64   { return &d.MaxAge }
func shared(d *Directives) *int64   { return &d.SharedAge }
func maxStale(d *Directives) *int64 { return &d.MaxStale }

func minFresh(n int64) func(*Directives) {
	return func(d *Directives) { d.MinFresh = max(d.MinFresh, n) }
}

func nothing(*Directives) {}

// Numbers that are none count for what asks for more care.
var members = []member{
	{"no-cache", flag(NoCache)},
	{`no-cache="x, y"`, flag(NoCache)},
	{"NO-Store", flag(NoStore)},
	{"private", flag(Private)},
	{`private="a\"b"`, flag(Private)},
	{"public", flag(Public)},
	{"must-revalidate", flag(MustRevalidate)},
	{"proxy-revalidate", flag(ProxyRevalidate)},
	{"only-if-cached", flag(OnlyIfCached)},
	{"max-age=0", least(maxAge, 0)},
	{"max-age=9", least(maxAge, 9)},
	{"Max-Age=10", least(maxAge, 10)},
	{`max-age="20"`, least(maxAge, 20)},
	{"max-age=2147483647", least(maxAge, math.MaxInt32)},
	{"max-age=2147483648", least(maxAge, math.MaxInt32)},
	{"max-age=99999999999999999999", least(maxAge, math.MaxInt32)},
	{"max-age", least(maxAge, 0)},
	{"max-age=a", least(maxAge, 0)},
	{"max-age=1a", least(maxAge, 0)},
	{"max-age=-1", least(maxAge, 0)},
	{"max-age=+1", least(maxAge, 0)},
	{`max-age=""`, least(maxAge, 0)},
	{`max-age="1:"`, least(maxAge, 0)},
	{`max-age="1/"`, least(maxAge, 0)},
	{"s-maxage=5", least(shared, 5)},
	{"s-maxage=x", least(shared, 0)},
	{"min-fresh=3", minFresh(3)},
	{"min-fresh=7", minFresh(7)},
	{"min-fresh=x", minFresh(math.MaxInt32)},
	{"max-stale", least(maxStale, math.MaxInt32)},
	{"max-stale=4", least(maxStale, 4)},
	{"max-stale=x", least(maxStale, 0)},
	{"x", nothing},
	{"max-agf=1", nothing},
	{"max-ag=1", nothing},
	{"no-cach\x5e", nothing},
	{"azAZ09!#$%&'*+-.^_`|~=azAZ09!#$%&'*+-.^_`|~", nothing},
	{`x="a, no-store, \", private"`, nothing},
}

// What ends the reading of a field: what stands before it in its line counts.
var unreadable = []string{"@", "no-store{", `"x"`, "=1", "x=", `x="`, `x="\"`, `x="\`, "x y", "x=1 2", "x;y", "x[", "x=@", "x\\", `x="a"b`}

func TestControlIsAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Directives{MaxAge: None, SharedAge: None, MinFresh: None, MaxStale: None}
		head := "HTTP/1.1 200 OK\r\nX: no-store\r\n"
		for range rapid.IntRange(0, 3).Draw(t, "lines") {
			var list []string
			broken := false
			for range rapid.IntRange(0, 4).Draw(t, "members") {
				if rapid.IntRange(0, 11).Draw(t, "unreadable") == 0 {
					bad := rapid.SampledFrom(unreadable).Draw(t, "what")
					list = append(list, bad)
					if broken = true; strings.HasPrefix(bad, "no-store") {
						want.Flags |= NoStore
					}
					break
				}
				m := rapid.SampledFrom(members).Draw(t, "member")
				list = append(list, m.text)
				m.does(&want)
			}
			if broken {
				want.Flags |= Unsound
			}
			between := rapid.SampledFrom([]string{",", ", ", " ,", "\t,\t", ",,", " , , "}).Draw(t, "between")
			around := rapid.SampledFrom([]string{"", ",", " ,"}).Draw(t, "around")
			if broken {
				around = "" // a quoted string that is open has it, too
			}
			head += rapid.SampledFrom([]string{"Cache-Control: ", "cache-control:"}).Draw(t, "name") + around + strings.Join(list, between) + around + "\r\n"
		}
		if got := meta(t, head).Directives; got != want {
			t.Fatalf("%q says %+v, not %+v", head, got, want)
		}
	})
}
