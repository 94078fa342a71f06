package cache

// What a request asks for, from fields that are drawn, in other words.

import (
	"testing"

	"pgregory.net/rapid"
)

func TestWishes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		has := func(what string) bool { return rapid.IntRange(0, 3).Draw(t, what) == 0 }
		method := rapid.SampledFrom([]string{"GET", "GET", "HEAD", "POST", "PUT"}).Draw(t, "method")
		authorized, ranged, content, matches, unmodified := has("Authorization"), has("Range"), has("content"), has("If-Match"), has("If-Unmodified-Since")
		control := rapid.SampledFrom([]string{"", "", "max-age=5", "no-cache", "no-store", "a b"}).Draw(t, "Cache-Control")
		pragma := rapid.SampledFrom([]string{"", "", "no-cache", "x, No-Cache", "no-cachee", "x"}).Draw(t, "Pragma")
		var list []pair
		add := func(there bool, name, value string) {
			if there {
				list = append(list, pair{anyCase(t, name), value})
			}
		}
		add(authorized, "Authorization", "x")
		add(ranged, "Range", "bytes=0-1")
		add(content, "Content-Length", "1")
		add(matches, "If-Match", `"a"`)
		add(unmodified, "If-Unmodified-Since", date(0))
		add(control != "", "Cache-Control", control)
		add(pragma != "", "Pragma", pragma)
		add(has("others"), "X-Authorization", "x")
		head := lines(method+" /a HTTP/1.1\r\nHost: h\r\n", rapid.Permutation(list).Draw(t, "order"))
		w := wish(t, head)
		asks := (method == "GET" || method == "HEAD") && !content && !matches && !unmodified
		leads := asks && method == "GET" && !ranged && !authorized && control != "no-store"
		noCache := control == "no-cache" || control == "a b" || control == "" && (pragma == "no-cache" || pragma == "x, No-Cache")
		if w.Asks() != asks || w.Leads() != leads || w.Has(NoCache) != noCache || w.Authorized != authorized || w.Ranged != ranged || w.Content != content {
			t.Fatalf("%q asks %t and leads %t: %+v", head, w.Asks(), w.Leads(), w)
		}
		m := meta(t, "HTTP/1.1 200 OK\r\n"+rapid.SampledFrom([]string{"", "X: 1\r\n"}).Draw(t, "nothing")+"Cache-Control: "+
			rapid.SampledFrom([]string{"max-age=9", "private", "proxy-revalidate"}).Draw(t, "closed")+"\r\n")
		open := meta(t, "HTTP/1.1 200 OK\r\nCache-Control: "+rapid.SampledFrom([]string{"public", "must-revalidate", "s-maxage=0"}).Draw(t, "open")+"\r\n")
		if Admits(m, w) == authorized || !Admits(open, w) {
			t.Fatalf("%q: what is for nobody with Authorization is, or what is for all is not", head)
		}
	})
}
