package http1

// Ranges against net/http's file server. What both serve in part is the same parts;
// every other pair of answers is listed, with the clause.

import (
	"bytes"
	"fmt"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"
)

// rangeDifference is a pair of answers that may be.
type rangeDifference struct {
	ours, theirs int
	clause       string
	match        func(value string, size int64) bool
}

var rangeDifferences = []rangeDifference{
	{200, 416, "RFC 9110 §14.2: an invalid Range may be ignored; net/http refuses it", func(string, int64) bool { return true }},
	{206, 416, "RFC 9110 §14.1: the unit's case does not matter; net/http knows bytes in lower case alone", func(value string, _ int64) bool {
		return !strings.HasPrefix(value, "bytes=")
	}},
	{416, 200, "RFC 9110 §15.5.17: no range of an empty file can be satisfied; net/http ignores the field", func(_ string, size int64) bool {
		return size == 0
	}},
	{206, 416, "RFC 9110 §14.1.2: a last place beyond the end means the end, however large; net/http has 63 bits", func(value string, _ int64) bool {
		return longNumber(value)
	}},
	{416, 206, "RFC 9110 §14.1.2: the last 0 bytes cannot be satisfied; net/http answers with an interval that ends before it begins", func(value string, _ int64) bool {
		return strings.Contains(value, "-0")
	}},
	{206, 206, "RFC 9110 §14.1.2: as above, among other ranges", func(value string, _ int64) bool { return strings.Contains(value, "-0") }},
	{200, 206, "RFC 9110 §14.1.1: a place is digits; net/http takes a sign, and does not look behind the hyphen of a range beyond the end", malformedSpec},
	{200, 206, "RFC 9110 §14.2: more than 16 ranges, or more than two that overlap, are ignored here", func(value string, _ int64) bool {
		return strings.Count(value, ",") > 1
	}},
	{200, 206, "RFC 9110 §14.1.2: an interval of the last 0 bytes of nothing is not what anyone asked for", func(_ string, size int64) bool { return size == 0 }},
	{206, 200, "RFC 9110 §14.2: ranges beyond the end count for nothing here", func(value string, _ int64) bool { return longNumber(value) }},
}

var soundSpec = regexp.MustCompile(`^[ \t]*([0-9]+-[0-9]*|-[0-9]+)?[ \t]*$`)

// malformedSpec reports whether one of the ranges is none of first-last, first- and
// -suffix, or ends before it begins.
func malformedSpec(value string, _ int64) bool {
	_, list, _ := strings.Cut(value, "=")
	for spec := range strings.SplitSeq(list, ",") {
		var first, last uint64
		if n, _ := fmt.Sscanf(strings.TrimSpace(spec), "%d-%d", &first, &last); n == 2 && last < first || !soundSpec.MatchString(spec) {
			return true
		}
	}
	return false
}

func longNumber(value string) bool {
	digits := 0
	for _, c := range value {
		if c < '0' || c > '9' {
			digits = 0
		} else if digits++; digits > 18 {
			return true
		}
	}
	return false
}

// theirRanges is what net/http makes of a Range: a status, and the parts' places.
func theirRanges(value string, size int64) (status int, places []string) {
	q := httptest.NewRequest(http.MethodGet, "/f.bin", nil)
	q.Header.Set("Range", value)
	w := httptest.NewRecorder()
	http.ServeContent(w, q, "f.bin", time.Time{}, bytes.NewReader(make([]byte, size)))
	r := w.Result()
	if place := r.Header.Get("Content-Range"); place != "" && r.StatusCode == 206 {
		return 206, []string{place}
	}
	if r.StatusCode != 206 {
		return r.StatusCode, nil
	}
	_, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	parts := multipart.NewReader(r.Body, params["boundary"])
	for {
		p, err := parts.NextPart()
		if err != nil {
			return 206, places
		}
		places = append(places, p.Header.Get("Content-Range"))
	}
}

func ourRanges(value string, size int64) (status int, places []string) {
	ranges, verdict := ParseRange([]byte(value), size, nil)
	for _, r := range ranges {
		places = append(places, string(AppendContentRange(nil, r, size)))
	}
	return map[RangeVerdict]int{RangeIgnored: 200, RangePartial: 206, RangeUnsatisfiable: 416}[verdict], places
}

// differRange says how a Range means something else to net/http, or "".
func differRange(value string, size int64) string {
	if value == "" || trimmed(value) != value || !validValue([]byte(value)) {
		return "" // no value of a field that Parse hands on
	}
	ours, places := ourRanges(value, size)
	theirs, others := theirRanges(value, size)
	if ours == theirs && fmt.Sprint(places) == fmt.Sprint(others) {
		return ""
	}
	for _, d := range rangeDifferences {
		if d.ours == ours && d.theirs == theirs && d.match(value, size) {
			return ""
		}
	}
	return fmt.Sprintf("%d %v here, %d %v there", ours, places, theirs, others)
}

func trimmed(s string) string { return string(trim([]byte(s))) }

func FuzzRangeDifferential(f *testing.F) {
	for _, s := range []string{"bytes=0-0", "bytes=-5", "bytes=5-", "bytes=0-1,3-4", "bytes=9223372036854775807-", "bytes=,", "x=1-2", "Bytes=1-2", "bytes=-0", "bytes= 1-2 , 3-", "bytes=+1-2"} {
		f.Add(s, uint16(10))
	}
	f.Fuzz(func(t *testing.T, value string, size uint16) {
		if how := differRange(value, int64(size)%300); how != "" {
			t.Fatalf("%q of %d: %s", value, int64(size)%300, how)
		}
	})
}
