package http1

// Preconditions, codings and ranges over drawn fields, in other words: lists taken apart
// by regular expressions, and the table of RFC 9110 §13.2.2 as one expression a step.

import (
	"math/big"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const tagForm = "(?:W/)?\"[^\x00-\x20\x7f\"]*\""

var (
	oneTag  = regexp.MustCompile("^" + tagForm + "$")
	tagList = regexp.MustCompile("^[ \t,]*(?:" + tagForm + "[ \t]*(?:,[ \t,]*|$))*$")
	someTag = regexp.MustCompile(tagForm)
)

// tagsIn are the tags at a list's front, up to what is none; sound: there is no such thing.
func tagsIn(list string) (tags []string, sound bool) {
	for {
		list = strings.TrimLeft(list, " \t,")
		at := someTag.FindStringIndex(list)
		if at == nil || at[0] > 0 {
			return tags, list == ""
		}
		tag, rest := list[:at[1]], strings.TrimLeft(list[at[1]:], " \t")
		if rest != "" && rest[0] != ',' {
			return tags, false // what stands behind it makes it none
		}
		tags, list = append(tags, tag), rest
	}
}

// sameTag compares two tags.
func sameTag(a, b string, strong bool) bool {
	weak := strings.HasPrefix(a, "W/") || strings.HasPrefix(b, "W/")
	return strings.TrimPrefix(a, "W/") == strings.TrimPrefix(b, "W/") && !(strong && weak)
}

// matches looks for etag in lists; sound: they can be read, as far as they have to be.
func matches(lists []string, etag string, strong bool) (match, sound bool) {
	sound = true
	for _, list := range lists {
		tags, readable := tagsIn(list)
		found := list == "*"
		for _, tag := range tags {
			found = found || sameTag(tag, etag, strong)
		}
		match, sound = match || found, sound && (found || readable)
	}
	return match, sound
}

// state is a representation: its tag, and when it was changed.
type state struct {
	etag          string
	modified, now int64
}

// evaluated is the table.
func (s *state) evaluated(method string, fields []pair) Condition {
	all := func(name string) []string { return values(fields, name) }
	date := func(name string) (at int64, ok bool) {
		if list := all(name); len(list) > 0 && s.modified != NoDate {
			return plainDate(list[0], s.now)
		}
		return 0, false
	}
	reads := method == "GET" || method == "HEAD"
	if lists := all("if-match"); len(lists) > 0 { // step 1
		if match, _ := matches(lists, s.etag, true); !match {
			return PreconditionFailed
		}
	} else if at, ok := date("if-unmodified-since"); ok && s.modified > at { // step 2
		return PreconditionFailed
	}
	if lists := all("if-none-match"); len(lists) > 0 { // step 3
		match, sound := matches(lists, s.etag, false)
		if match && reads {
			return NotModified
		}
		if match || !sound && !reads {
			return PreconditionFailed
		}
	} else if at, ok := date("if-modified-since"); ok && reads && s.modified <= at { // step 4
		return NotModified
	}
	if len(all("range")) == 0 {
		return Proceed
	}
	same := true
	if list := all("if-range"); len(list) > 0 { // step 5
		at, ok := date("if-range")
		same = oneTag.MatchString(list[0]) && list[0][0] == '"' && list[0] == s.etag || ok && at == s.modified && at < s.now
	}
	if method == "GET" && same {
		return Proceed
	}
	return IgnoreRange
}

func drawTags(t *rapid.T) string {
	parts := []string{`"a"`, `"b"`, `W/"a"`, `W/"b"`, `""`, `"a`, `a`, `"a b"`, "\"\x7f\"", "\"\x80\"", `"!"`, `w/"a"`, `W/`, `W"a"`, "*", `"a" "b"`, `"b"x`}
	if choose(t, 6, "any") == 0 {
		return pick(t, []string{"*", "", ",", "W", "W/"}, "alone")
	}
	n, list := 1+choose(t, 3, "tags"), ""
	for i := range n {
		part := parts[choose(t, 5, "tag")]
		if choose(t, 6, "odd") == 0 {
			part = pick(t, parts, "any tag")
		}
		if list += part; i < n-1 {
			list += pick(t, []string{",", ", ", " ,\t", ",,"}, "between")
		}
	}
	return pick(t, []string{"", "", ","}, "before") + list + pick(t, []string{"", "", ","}, "behind")
}

func TestPropConditions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for range 20 {
			s := &state{etag: pick(t, []string{`"a"`, `W/"a"`, `""`, "", "\"\x80\""}, "etag"), modified: then, now: then + int64(choose(t, 3, "age"))}
			if choose(t, 6, "undated") == 0 {
				s.modified = NoDate
			}
			date := func() string {
				u := time.Unix(then+int64(choose(t, 3, "before"))-1, 0).UTC()
				return u.Format(pick(t, []string{http.TimeFormat, http.TimeFormat, rfc850, "yesterday"}, "form"))
			}
			var fields []pair
			for _, name := range []string{"If-Match", "If-None-Match", "If-None-Match", "If-Unmodified-Since", "If-Modified-Since", "Range", "If-Range", "If-Match"} {
				if choose(t, 3, "there") > 0 {
					continue
				}
				value := "bytes=0-1"
				switch {
				case strings.HasSuffix(name, "Match"):
					value = strings.ReplaceAll(drawTags(t), "\x7f", " ") // which no value has
				case strings.HasSuffix(name, "Since"), name == "If-Range" && rapid.Bool().Draw(t, "dated"):
					value = date()
				case name == "If-Range":
					value = pick(t, []string{`"a"`, `W/"a"`, `"b"`, "", `""`, `"a`, "x", `"a"x`}, "tag")
				}
				fields = append(fields, pair{name, strings.Trim(value, " \t")})
			}
			method := pick(t, []string{"GET", "GET", "HEAD", "PUT", "POST"}, "method")
			r := sound(t, text(t, "", method+" / HTTP/1.1", append([]pair{{"Host", "a"}}, fields...)))
			var etag []byte
			if s.etag != "" {
				etag = []byte(s.etag)
			}
			if got, want := r.Evaluate(etag, s.modified, s.now), s.evaluated(method, fields); got != want {
				t.Fatalf("%s with %q, for %+v, is %d, not %d", method, fields, s, got, want)
			}
			want := Proceed
			_, sound := matches(values(fields, "if-none-match"), "", false)
			if len(values(fields, "if-match")) > 0 || !sound && method != "GET" && method != "HEAD" {
				want = PreconditionFailed
			}
			if got := r.EvaluateAbsent(); got != want {
				t.Fatalf("%s with %q, for nothing, is %d, not %d", method, fields, got, want)
			}
		}
	})
}

// sound parses a head that is one.
func sound(t *rapid.T, head string) *Request {
	r := new(Request)
	if n, e := r.Parse([]byte(head), 0, nil); e != nil || n != len(head) {
		t.Fatalf("%q: %d bytes, %v", head, n, e)
	}
	return r
}

func TestPropTags(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for range 20 {
			list, etag, strong := drawTags(t), pick(t, []string{`"a"`, `W/"a"`, `"b"`, `""`}, "etag"), rapid.Bool().Draw(t, "strong")
			match, sound := matchTags([]byte(list), []byte(etag), strong)
			if m, s := matches([]string{list}, etag, strong); match != m || sound != s {
				t.Fatalf("%s in %q: %t, %t", etag, list, match, sound)
			}
			if !match && sound != (list == "*" || tagList.MatchString(list)) {
				t.Fatalf("%q is sound: %t", list, sound)
			}
			if ValidTag([]byte(list)) != oneTag.MatchString(list) {
				t.Fatalf("%q is one tag: %t", list, !oneTag.MatchString(list))
			}
		}
	})
}

var weightForm = regexp.MustCompile(`^[qQ]=0[0.]*$`)

// A coding is accepted if the last member that names it has a weight, or, where none does,
// the last * has.
func TestPropAccepts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for range 20 {
			var fields []pair
			for range choose(t, 3, "lines") {
				member := rapid.Custom(func(t *rapid.T) string {
					return pick(t, []string{"gzip", "GZIP", "br", "*", "gzipx", "", " *", "**", "a"}, "coding") +
						pick(t, []string{"", "", ";q=0", ";q=0.000", ";Q=0", "; q=0 ", ";q=1", ";q=0.5", ";q=01", ";q=", ";q", ";p=0", ";q:0", " ;q=0.", ";q=0;", ";x=0"}, "weight")
				})
				fields = append(fields, pair{pick(t, []string{"Accept-Encoding", "accept-ENCODING", "Accept"}, "name"), strings.Trim(strings.Join(rapid.SliceOfN(member, 0, 3).Draw(t, "members"), ","), " ")})
			}
			named, starred := "", ""
			for _, m := range members(values(fields, "accept-encoding")) {
				name, weight, _ := strings.Cut(m, ";")
				verdict := "yes"
				if weightForm.MatchString(strings.Trim(weight, " \t")) {
					verdict = "no"
				}
				if name = strings.Trim(name, " \t"); strings.EqualFold(name, "gzip") {
					named = verdict
				} else if name == "*" && named == "" {
					starred = verdict
				}
			}
			want := named == "yes" || named == "" && starred == "yes"
			r := sound(t, text(t, "", "GET / HTTP/1.1", append([]pair{{"Host", "a"}}, fields...)))
			if got := r.Accepts("gzip"); got != want {
				t.Fatalf("%q accepts gzip: %t", fields, got)
			}
		}
	})
}

var specForm = regexp.MustCompile(`^(?:([0-9]+)-([0-9]*)|-([0-9]+))$`)

// plainRanges is what a Range asks for of size bytes, with numbers of any size.
func plainRanges(value string, size int64) ([]Range, RangeVerdict) {
	unit, list, _ := strings.Cut(value, "=")
	if !strings.EqualFold(unit, "bytes") || !strings.Contains(value, "=") {
		return nil, RangeIgnored
	}
	whole := big.NewInt(size)
	number := func(s string) *big.Int { n, _ := new(big.Int).SetString("0"+s, 10); return n }
	var ranges []Range
	specs, total := 0, new(big.Int)
	for _, spec := range members([]string{list}) {
		m := specForm.FindStringSubmatch(spec)
		if spec == "" {
			continue
		}
		if specs++; m == nil || specs > 16 {
			return nil, RangeIgnored
		}
		from, to := number(m[1]), new(big.Int).Sub(whole, big.NewInt(1))
		if m[3] != "" {
			if from.Sub(whole, number(m[3])); from.Sign() < 0 {
				from.SetInt64(0)
			}
			if size == 0 && number(m[3]).Sign() > 0 {
				return nil, RangeIgnored
			}
		} else if m[2] != "" {
			if number(m[2]).Cmp(from) < 0 {
				return nil, RangeIgnored
			}
			if number(m[2]).Cmp(to) < 0 {
				to = number(m[2])
			}
		}
		if n := new(big.Int).Sub(to, from); n.Sign() >= 0 {
			r := Range{from.Int64(), n.Int64() + 1}
			ranges = append(ranges, r)
			total.Add(total, big.NewInt(r.Length))
		}
	}
	overlapping := 0
	for i, r := range ranges {
		for j, o := range ranges {
			if i != j && max(r.Start, o.Start) <= min(r.Start+(r.Length-1), o.Start+(o.Length-1)) {
				overlapping++
				break
			}
		}
	}
	switch {
	case specs == 0 || total.Cmp(whole) > 0 || overlapping > 2:
		return nil, RangeIgnored
	case len(ranges) == 0:
		return nil, RangeUnsatisfiable
	}
	return ranges, RangePartial
}

func TestPropRangesAreThoseAskedFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for range 20 {
			size := pick(t, []int64{0, 1, 10, 10, 100, 1<<63 - 1}, "size")
			one := []string{"0-0", "1-1", "0-1", "2-3", "8-9", "9-9", "9-", "10-", "-1", "-2", "-10", "-11", "-0", "0-", "5-4", "3-99999999999999999999", "99999999999999999999-", "-99999999999999999999", "9223372036854775807-", "4-5", "5-6", "", "x", "-", "1", "1-x", "+1-2", "--1", "1 -2"}
			var specs []string
			for range pick(t, []int{1, 1, 2, 3, 4, 15, 16, 17}, "specs") {
				if choose(t, 3, "sound") > 0 {
					specs = append(specs, one[choose(t, 14, "spec")])
				} else {
					specs = append(specs, pick(t, one, "any spec"))
				}
			}
			if len(specs) > 14 {
				for i := range specs {
					specs[i] = "-0"
				}
			}
			value := pick(t, []string{"bytes=", "bytes=", "bytes=", "BYTES=", "bytes", "byte=", " bytes="}, "unit") + strings.Join(specs, pick(t, []string{",", ", ", ",,"}, "between"))
			got, verdict := ParseRange([]byte(value), size, nil)
			want, judged := plainRanges(value, size)
			if verdict != judged || len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
				t.Fatalf("%q of %d is %v, %d; not %v, %d", value, size, got, verdict, want, judged)
			}
		}
	})
}
