package http1

import (
	"net/http"
	"strings"
	"testing"
)

// then is the time of the RFC's examples, and a time from which to look back on it.
const (
	then = 784111777
	now  = 1763769600 // 2025-11-22
)

func TestDatesRFC9110Section5_6_7(t *testing.T) {
	if got := string(AppendDate(nil, then)); got != "Sun, 06 Nov 1994 08:49:37 GMT" {
		t.Errorf("written: %s", got)
	}
	for _, c := range []struct {
		text string
		want int64
	}{
		{"Sun, 06 Nov 1994 08:49:37 GMT", then},
		{"Sunday, 06-Nov-94 08:49:37 GMT", then},
		{"Sun Nov  6 08:49:37 1994", then},
		{"Wed Nov 16 08:49:37 1994", then + 10*secondsPerDay},
		{"Thu, 01 Jan 1970 00:00:00 GMT", 0},
		{"Wed, 31 Dec 1969 23:59:59 GMT", -1},
		{"Sat, 31 Dec 2016 23:59:60 GMT", 1483228799},
		{"Tue, 29 Feb 2000 00:00:00 GMT", 951782400},
		{"Friday, 22-Nov-75 00:00:00 GMT", now + 18262*secondsPerDay}, // 50 years ahead to the day
		{"Sunday, 23-Nov-75 00:00:00 GMT", now - 18262*secondsPerDay}, // a day more: 1975
	} {
		if got, ok := ParseDate([]byte(c.text), now); !ok || got != c.want {
			t.Errorf("%s is %d, %v; want %d", c.text, got, ok, c.want)
		}
	}
	for _, text := range []string{
		"", "0", "Sun", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 GMT ",
		"Mon, 06 Nov 1994 08:49:37 GMT", "sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
		"Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
		"Sun, 06 Nov 1994 08:49:61 GMT", "Thu, 31 Nov 1994 08:49:37 GMT", "Wed, 00 Nov 1994 08:49:37 GMT",
		"Wed, 29 Feb 1900 08:49:37 GMT", "Thu, 29 Feb 1900 08:49:37 GMT", "Sun, 06 Nov -994 08:49:37 GMT",
		"Sun, 06 Nov 1994 08:49:+7 GMT", "Sun,_06 Nov 1994 08:49:37 GMT", "Sun, 06 Non 1994 08:49:37 GMT",
		"Monday, 06-Nov-94 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT",
		"Sunday, 06-Xxx-94 08:49:37 GMT", "Sunday, 00-Nov-94 08:49:37 GMT", "Sunday",
		"Mon Nov  6 08:49:37 1994", "Sun Nov 6 08:49:37 1994 ", "Sun Nov  x 08:49:37 1994", "Sun Nov 06 08:49:37 19x4",
	} {
		if got, ok := ParseDate([]byte(text), now); ok {
			t.Errorf("%q is %d", text, got)
		}
	}
}

func TestDatesAtTheEnds(t *testing.T) {
	for unix, want := range map[int64]string{
		minDate:   "Sat, 01 Jan 0000 00:00:00 GMT",
		-1 << 63:  "Sat, 01 Jan 0000 00:00:00 GMT",
		maxDate:   "Fri, 31 Dec 9999 23:59:59 GMT",
		1<<63 - 1: "Fri, 31 Dec 9999 23:59:59 GMT",
	} {
		if got := string(AppendDate(nil, unix)); got != want {
			t.Errorf("%d is %s, want %s", unix, got, want)
		}
	}
}

// checkDate fails if a date that is accepted here means something else to
// net/http. Two things are deliberate: net/http takes no leap second, which RFC
// 9110 §5.6.7 allows, and completes two-digit years without looking at the clock.
func checkDate(t interface{ Fatalf(string, ...any) }, text string) {
	unix, ok := ParseDate([]byte(text), now)
	if !ok {
		return
	}
	theirs, err := http.ParseTime(strings.Replace(text, ":60", ":59", 1))
	if strings.Contains(text, "-") && err == nil && theirs.Unix() != unix {
		theirs = theirs.AddDate(100, 0, 0)
		if theirs.Unix() > unix {
			theirs = theirs.AddDate(-200, 0, 0)
		}
	}
	if err != nil || theirs.Unix() != unix {
		t.Fatalf("%q is %d here, and %d, %v to net/http", text, unix, theirs.Unix(), err)
	}
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sat, 31 Dec 2016 23:59:60 GMT"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { checkDate(t, text) })
}
