package http1

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What goes on is what was sent, line for line, less what may not.
func TestPropTrailers(t *testing.T) {
	line := rapid.Custom(func(t *rapid.T) string {
		name := rapid.SampledFrom([]string{"A", "X-Long-Name-That-Goes-Beyond-Twenty", "Host2", "content-length-", "Age", "x-own", "If-None-Match", "etag", "Content-MD5"}).Draw(t, "name")
		return name + ":" + rapid.SampledFrom([]string{"", " ", " a", "b ", " c: d\t"}).Draw(t, "value") + "\r\n"
	})
	may := map[string]bool{"A": true, "X-Long-Name-That-Goes-Beyond-Twenty": true, "Host2": true, "etag": true}
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(line, 0, 6).Draw(t, "lines")
		want := ""
		for _, s := range lines {
			if name, _, _ := strings.Cut(s, ":"); may[name] {
				want += s
			}
		}
		section := strings.Join(lines, "")
		got, e := keptOf("0\r\n"+section+"\r\n", "X-Own", rapid.IntRange(1, 30).Draw(t, "piece"), rapid.Bool().Draw(t, "answer"))
		if e != nil || got != want {
			t.Fatalf("%q is kept of %q (%v), not %q", got, section, e, want)
		}
		var whole Trailers
		whole.Begin([]Field{{[]byte("Connection"), []byte("x-own")}})
		if !whole.Add([]byte(section)) || string(whole.Lines()) != want {
			t.Fatalf("taken in at once it is %q, not %q", whole.Lines(), want)
		}
	})
}
