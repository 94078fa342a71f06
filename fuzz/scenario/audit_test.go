package scenario

import (
	"strings"
	"testing"
)

const line = `127.0.0.1 - - [21/Nov/2011:14:35:08 +0000] "GET /a HTTP/1.1" 200 120 "-" "-"` + "\n"

// A log is refuted by what a client saw and it does not say, and by a line that is
// none.
func TestAudit(t *testing.T) {
	a := sight{"/a", 200, 120}
	for _, x := range []struct {
		name, log string
		seen      []sight
		want      string
	}{
		{"as seen", line, []sight{a}, ""},
		{"target not told", line, []sight{{"", 200, 120}}, ""},
		{"interim", line, []sight{{"/a", 100, 25}, a}, ""},
		{"more than was seen", line + line, []sight{a}, ""},
		{"no request", strings.Replace(line, "GET /a HTTP/1.1", "-", 1), nil, ""},
		{"less than was seen", line, []sight{a, a}, "too few"},
		{"another status", line, []sight{{"/a", 404, 120}}, "saw status 404"},
		{"other bytes", line, []sight{{"/a", 200, 121}}, "of 121 bytes"},
		{"another target", line, []sight{{"/b", 200, 120}}, `for "/b"`},
		{"torn", line[:40], nil, "line 1 of the log"},
		{"a quote in its middle", strings.Replace(line, "/a", `/"a`, 1), nil, "line 1 of the log"},
		{"no version", line + strings.Replace(line, " HTTP/1.1", "", 1), nil, "line 2 of the log"},
	} {
		t.Run(x.name, func(t *testing.T) {
			got := refuted([]byte(x.log), x.seen)
			if x.want == "" && got != "" || !strings.Contains(got, x.want) {
				t.Errorf("got %q, want %q", got, x.want)
			}
		})
	}
}
