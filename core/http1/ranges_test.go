package http1

import (
	"bytes"
	"io"
	"mime/multipart"
	"reflect"
	"strings"
	"testing"
)

func TestParseRangeRFC9110Section14_1_2(t *testing.T) {
	for _, c := range []struct {
		name, value string
		size        int64
		want        []Range
		verdict     RangeVerdict
	}{
		{"the first byte", "bytes=0-0", 10, []Range{{0, 1}}, RangePartial},
		{"the unit in capitals", "Bytes=0-0", 10, []Range{{0, 1}}, RangePartial},
		{"from a byte on", "bytes=4-", 10, []Range{{4, 6}}, RangePartial},
		{"beyond the end", "bytes=4-99", 10, []Range{{4, 6}}, RangePartial},
		{"far beyond the end", "bytes=4-99999999999999999999", 10, []Range{{4, 6}}, RangePartial},
		{"the last bytes", "bytes=-3", 10, []Range{{7, 3}}, RangePartial},
		{"more last bytes than there are", "bytes=-30", 10, []Range{{0, 10}}, RangePartial},
		{"several", "bytes=0-1, 4-5 ,-1", 10, []Range{{0, 2}, {4, 2}, {9, 1}}, RangePartial},
		{"§5.6.1 empty members", "bytes=,0-1,,", 10, []Range{{0, 2}}, RangePartial},
		{"one of two satisfiable", "bytes=20-,0-1", 10, []Range{{0, 2}}, RangePartial},
		{"out of order", "bytes=5-6,0-1", 10, []Range{{5, 2}, {0, 2}}, RangePartial},
		{"two that overlap", "bytes=0-3,2-4", 10, []Range{{0, 4}, {2, 3}}, RangePartial},
		{"beyond the end only", "bytes=10-", 10, nil, RangeUnsatisfiable},
		{"the last no bytes", "bytes=-0", 10, nil, RangeUnsatisfiable},
		{"of nothing", "bytes=0-", 0, nil, RangeUnsatisfiable},
		{"the last no bytes of nothing", "bytes=-0", 0, nil, RangeUnsatisfiable},
		{"the last bytes of nothing", "bytes=-5", 0, nil, RangeIgnored},
		{"another unit", "lines=0-1", 10, nil, RangeIgnored},
		{"no unit", "0-1", 10, nil, RangeIgnored},
		{"nothing", "bytes=", 10, nil, RangeIgnored},
		{"nothing but commas", "bytes=,,", 10, nil, RangeIgnored},
		{"a dash alone", "bytes=-", 10, nil, RangeIgnored},
		{"no dash", "bytes=5", 10, nil, RangeIgnored},
		{"backwards", "bytes=5-4", 10, nil, RangeIgnored},
		{"backwards beyond the end", "bytes=50-40", 10, nil, RangeIgnored},
		{"a sign", "bytes=+1-2", 10, nil, RangeIgnored},
		{"two dashes", "bytes=--5", 10, nil, RangeIgnored},
		{"space in a range", "bytes=1 -2", 10, nil, RangeIgnored},
		{"space before =", "bytes =1-2", 10, nil, RangeIgnored},
		{"malformed after a good one", "bytes=0-1,x", 10, nil, RangeIgnored},
		{"§14.2 more bytes than there are", "bytes=0-,0-", 10, nil, RangeIgnored},
		{"§14.2 three that overlap", "bytes=0-1,1-2,2-3", 10, nil, RangeIgnored},
		{"§14.2 too many", "bytes=" + strings.Repeat("0-0,", MaxRanges+1), 1000, nil, RangeIgnored},
	} {
		got, verdict := ParseRange([]byte(c.value), c.size, nil)
		if verdict != c.verdict || len(got)+len(c.want) > 0 && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q of %d bytes is %v, %d; want %v, %d", c.name, c.value, c.size, got, verdict, c.want, c.verdict)
		}
	}
}

func TestContentRangeRFC9110Section14_4(t *testing.T) {
	if got := string(AppendContentRange(nil, Range{4, 6}, 10)); got != "bytes 4-9/10" {
		t.Error(got)
	}
	if got := string(AppendUnsatisfied(nil, 10)); got != "bytes */10" {
		t.Error(got)
	}
}

func TestMultipartRFC9110Section14_6(t *testing.T) {
	file := strings.Repeat("0123456789", 20)
	size := int64(len(file))
	ranges := []Range{{0, 1}, {95, 10}, {190, 10}}
	var b []byte
	for _, r := range ranges {
		b = AppendPartHead(b, "THIS", "text/plain", r, size)
		b = append(b, file[r.Start:r.Start+r.Length]...)
	}
	b = AppendPartsEnd(b, "THIS")
	if want := MultipartLength("THIS", "text/plain", ranges, size); int64(len(b)) != want {
		t.Errorf("%d bytes were written, and %d announced", len(b), want)
	}
	if got := string(AppendMultipartType(nil, "THIS")); got != "multipart/byteranges; boundary=THIS" {
		t.Error(got)
	}
	reader := multipart.NewReader(bytes.NewReader(b), "THIS")
	for _, r := range ranges {
		part, err := reader.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(part)
		if err != nil || string(data) != file[r.Start:r.Start+r.Length] {
			t.Errorf("%v reads as %q, %v", r, data, err)
		}
		if got := part.Header.Get("Content-Range"); got != string(AppendContentRange(nil, r, size)) {
			t.Errorf("%v is said to be %s", r, got)
		}
	}
	if _, err := reader.NextRawPart(); err != io.EOF {
		t.Errorf("behind the last part: %v", err)
	}
}
