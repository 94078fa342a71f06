package http1

// Dates against package time. It reads more than the three forms (any day of the week,
// numbers without their 0), so what it has read is written again: a date is one of the
// forms if that gives back each byte.

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestPropDatesAreThoseOfPackageTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unix := rapid.Int64Range(minDate, maxDate).Draw(t, "unix")
		u := time.Unix(unix, 0).UTC()
		got := AppendDate(nil, unix)
		if want := u.Format(http.TimeFormat); string(got) != want {
			t.Fatalf("%d is %s, want %s", unix, got, want)
		}
		for _, text := range []string{string(got), u.Format(time.ANSIC)} {
			if back, ok := ParseDate([]byte(text), 0); !ok || back != unix {
				t.Fatalf("%s is %d, %v; want %d", text, back, ok, unix)
			}
		}
	})
}

func TestPropTwoDigitYears(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := rapid.Int64Range(-2e9, 2e11).Draw(t, "now")
		date := time.Unix(now, 0).UTC().AddDate(rapid.IntRange(-48, 48).Draw(t, "years"), 0, 0).Truncate(time.Second)
		text := date.Format("Monday, 02-Jan-06 15:04:05 GMT")
		if got, ok := ParseDate([]byte(text), now); !ok || got != date.Unix() {
			t.Fatalf("at %d %s is %d, %v; want %d", now, text, got, ok, date.Unix())
		}
	})
}

const rfc850 = "Monday, 02-Jan-06 15:04:05 GMT"

// plainDate is what ParseDate is to find.
func plainDate(text string, now int64) (unix int64, ok bool) {
	// A leap second is the second before it, to us.
	leap := text
	if i := strings.LastIndex(text, ":60"); i >= 0 && strings.Contains(text[:i], ":") {
		leap = text[:i] + ":59" + text[i+3:]
	}
	for _, text := range []string{text, leap} {
		for _, form := range []string{http.TimeFormat, time.ANSIC, "Mon Jan 02 15:04:05 2006"} {
			if u, err := time.Parse(form, text); err == nil && u.Format(form) == text {
				return u.Unix(), true
			}
		}
		if u, err := time.Parse(rfc850, text); err == nil {
			at := time.Unix(now, 0).UTC()
			latest := time.Date(at.Year()+50, at.Month(), at.Day(), 23, 59, 59, 0, time.UTC)
			u = u.AddDate(-400, 0, 0)
			for !u.AddDate(100, 0, 0).After(latest) {
				u = u.AddDate(100, 0, 0)
			}
			if u.Format(rfc850) == text {
				return u.Unix(), true
			}
		}
	}
	return 0, false
}

// A date with one byte changed, or another day, is a date if package time says so.
func TestPropDatesAreReadStrictly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for range 10 {
			now := rapid.Int64Range(0, 4e9).Draw(t, "now")
			u := time.Unix(now+rapid.Int64Range(-1<<30, 1<<30).Draw(t, "since"), 0).UTC()
			form := pick(t, []string{http.TimeFormat, time.ANSIC, rfc850}, "form")
			b := []byte(u.Format(form))
			switch choose(t, 10, "change") {
			case 0:
				b = b[:rapid.IntRange(0, len(b)).Draw(t, "length")]
			case 1:
				b = append(b, " x0"[choose(t, 3, "more")])
			case 2, 3, 4, 5:
				b[rapid.IntRange(0, len(b)-1).Draw(t, "place")] = pick(t, []byte("0123456789/:;, -+abJFMSx"), "byte")
			case 6, 7:
				at := strings.Index(string(b), ":") + pick(t, []int{-2, 1, 4}, "part")
				copy(b[at:], pick(t, []string{"23", "24", "59", "60", "61"}, "number"))
			}
			// Leap years of two digits that are none in another century are left to the table.
			if form == rfc850 && strings.Contains(string(b), "29-Feb") {
				continue
			}
			got, ok := ParseDate(b, now)
			if want, sound := plainDate(string(b), now); ok != sound || got != want {
				t.Fatalf("at %d %q is %d, %t; want %d, %t", now, b, got, ok, want, sound)
			}
		}
	})
}

// Days are those of the calendar: the last of each month is there, and none behind it.
func TestPropMonthsEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		year, month := rapid.OneOf(rapid.IntRange(1, 9998), rapid.SampledFrom([]int{4, 100, 400, 1900, 2000, 2023, 2024})).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month")
		last := time.Date(year, time.Month(month)+1, 0, 12, 0, 0, 0, time.UTC)
		text := last.Format(http.TimeFormat)
		if got, ok := ParseDate([]byte(text), 0); !ok || got != last.Unix() {
			t.Fatalf("%s is %d, %t", text, got, ok)
		}
		next := last.AddDate(0, 0, 1)
		beyond := []byte(text)
		copy(beyond, next.Format("Mon"))
		copy(beyond[5:], []byte{byte('0' + (last.Day()+1)/10), byte('0' + (last.Day()+1)%10)})
		if got, ok := ParseDate(beyond, 0); ok {
			t.Fatalf("%s is %d", beyond, got)
		}
		if got := monthLen(year, month); got != last.Day() {
			t.Fatalf("month %d of %d has %d days", month, year, got)
		}
		if y, m, d := civil(daysFrom(year, month, last.Day())); y != year || m != month || d != last.Day() {
			t.Fatalf("%s comes back as %d-%d-%d", text, y, m, d)
		}
	})
}

func TestPropDatesAtTheEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		beyond := rapid.Int64Range(0, 1<<40).Draw(t, "beyond")
		if got := string(AppendDate(nil, minDate-beyond)); got != "Sat, 01 Jan 0000 00:00:00 GMT" {
			t.Fatalf("%d seconds before all dates it is %s", beyond, got)
		}
		if got := string(AppendDate(nil, maxDate+beyond)); got != "Fri, 31 Dec 9999 23:59:59 GMT" {
			t.Fatalf("%d seconds behind all dates it is %s", beyond, got)
		}
	})
}
