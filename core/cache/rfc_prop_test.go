package cache

// The rules against models in other words: what a response means is drawn first, then
// written down in one of the ways that mean it.

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// said is what a Cache-Control is drawn to say.
type said struct {
	flags   map[string]bool
	numbers map[string]int64 // absent: not said
}

// write writes it in any order, case and number of lines, with what nobody knows between.
func (s said) write(t *rapid.T) string {
	var list []string
	for _, f := range flagNames {
		if s.flags[f.name] {
			list = append(list, f.name)
		}
	}
	for _, name := range []string{"max-age", "s-maxage", "min-fresh", "max-stale"} {
		n, ok := s.numbers[name]
		if !ok {
			continue
		}
		list = append(list, fmt.Sprintf([]string{"%s=%d", "%s=\"%d\"", "%s=000%d"}[rapid.IntRange(0, 2).Draw(t, "number")], name, n))
	}
	for range rapid.IntRange(0, 2).Draw(t, "unknown") {
		list = append(list, rapid.SampledFrom([]string{"x", "x=1", `x="no-store, \" private"`, "immutable", "no-transform", "max-agee=1"}).Draw(t, "what"))
	}
	list = rapid.Permutation(list).Draw(t, "order")
	var b strings.Builder
	for i := 0; i < len(list); {
		b.WriteString("Cache-Control:")
		for n := rapid.IntRange(1, 3).Draw(t, "in a line"); n > 0 && i < len(list); n, i = n-1, i+1 {
			x := list[i]
			if rapid.Bool().Draw(t, "upper") && !strings.Contains(x, `"`) {
				x = strings.ToUpper(x)
			}
			b.WriteString(rapid.SampledFrom([]string{" ", ",", " ,, \t", ""}).Draw(t, "before") + x + rapid.SampledFrom([]string{",", " ,", ", "}).Draw(t, "behind"))
		}
		b.WriteString("\r\n")
	}
	return b.String()
}

func draw(t *rapid.T, flags []string, numbers ...string) said {
	s := said{map[string]bool{}, map[string]int64{}}
	for _, f := range flags {
		s.flags[f] = rapid.IntRange(0, 3).Draw(t, f) == 0
	}
	for _, n := range numbers {
		if rapid.Bool().Draw(t, n) {
			s.numbers[n] = int64(rapid.IntRange(0, 30).Draw(t, "seconds"))
		}
	}
	return s
}

// TestRules draws a request, a response and an age, and holds what is decided to a model.
func TestRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := draw(t, []string{"no-cache", "no-store", "only-if-cached"}, "max-age", "min-fresh", "max-stale")
		p := draw(t, []string{"no-cache", "no-store", "private", "public", "must-revalidate", "proxy-revalidate"}, "max-age", "s-maxage")
		status := rapid.SampledFrom([]int{200, 404, 302, 206, 500}).Draw(t, "status")
		made := int64(rapid.IntRange(-20, 5).Draw(t, "Date"))
		expires, told := int64(rapid.IntRange(-5, 40).Draw(t, "Expires")), rapid.Bool().Draw(t, "Expires is there")
		changed := -int64(rapid.IntRange(0, 400).Draw(t, "Last-Modified"))
		dated, tagged, cookie := rapid.Bool().Draw(t, "Last-Modified is there"), rapid.Bool().Draw(t, "ETag"), rapid.IntRange(0, 5).Draw(t, "cookie") == 0
		text := fmt.Sprintf("HTTP/1.1 %d x\r\nDate: %s\r\n%s", status, date(made), p.write(t))
		if told {
			text += "Expires: " + date(expires) + "\r\n"
		}
		if dated {
			text += "Last-Modified: " + date(changed) + "\r\n"
		}
		if tagged {
			text += "ETag: \"x\"\r\n"
		}
		if cookie {
			text += "Set-Cookie: a\r\n"
		}
		m, w := meta(t, text), wish(t, get+q.write(t))
		shared, hasShared := p.numbers["s-maxage"]
		private, hasPrivate := p.numbers["max-age"]
		explicit := hasShared || hasPrivate || told
		life := int64(0) // in tenths of a second
		switch {
		case hasShared:
			life = shared * 10
		case hasPrivate:
			life = private * 10
		case told:
			life = max(expires-made, 0) * 10
		case dated && (status == 200 || status == 404 || p.flags["public"]):
			life = max(made-changed, 0)
		}
		if got := Lifetime(m); got != time.Duration(life)*time.Second/10 {
			t.Fatalf("%q lives for %v, not %d tenths", text, got, life)
		}
		storable := !q.flags["no-store"] && !p.flags["no-store"] && !p.flags["private"] && !cookie && status != 206 && status != 500 &&
			(explicit || p.flags["public"] || status == 200 || status == 404) && (life > 0 || tagged || dated)
		if got := Storable(w, m); got != storable {
			t.Fatalf("%q is storable: %t", text, got)
		}
		age := int64(rapid.IntRange(0, 600).Draw(t, "age")) // tenths, too
		use := Fresh
		maxAge, older := q.numbers["max-age"]
		fresh, longer := q.numbers["min-fresh"]
		stale, staler := q.numbers["max-stale"]
		switch {
		case p.flags["no-cache"], q.flags["no-cache"], older && age > maxAge*10, longer && life-age < fresh*10:
			use = Validate
		case age < life:
		case staler && age-life <= stale*10 && !p.flags["must-revalidate"] && !p.flags["proxy-revalidate"] && !hasShared:
			use = Stale
		default:
			use = Validate
		}
		if got := UseFor(m, w, time.Duration(age)*time.Second/10); got != use {
			t.Fatalf("%q at %d tenths, for %v %v: %d, not %d", text, age, q.flags, q.numbers, got, use)
		}
	})
}

// TestAnything: nothing that comes as a field panics, and what cannot be read is never
// stored, nor used without validation.
func TestAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`[ -~]{0,24}`).Draw(t, "value")
		name := rapid.SampledFrom([]string{"Cache-Control", "Vary", "Expires", "Age", "ETag", "Date"}).Draw(t, "name")
		m := meta(t, "HTTP/1.1 200 OK\r\n"+name+": "+value+"\r\n")
		if m.Has(Unsound) && Storable(wish(t, get), m) {
			t.Fatalf("%q cannot be read, and is stored", value)
		}
		if w := wish(t, get+name+": "+value+"\r\n"); w.Has(Unsound) && !w.Has(NoCache) {
			t.Fatalf("%q cannot be read, and a stored response would do", value)
		}
	})
}
