package kv_test

// What is no request for a value is told so, by the first rule that it breaks; what a value
// or a key may weigh is exact.

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"brigade/core/handler/kv"
)

func TestRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.SampledFrom([]string{"/", "/kv/", "/a/b/"}).Draw(t, "prefix")
		d := newDesk(t, kv.Options{Path: prefix, Key: rapid.SampledFrom([]int{0, 4}).Draw(t, "longest key"), Value: 10})
		longest := 512
		if r := d.ask("GET", "/..", ""); r.StatusCode != 400 {
			t.Fatalf("above the root is %d", r.StatusCode)
		}
		d.ask("PUT", prefix+"four", "0123456789")
		if r := d.ask("PUT", prefix+"fives", "x"); r.StatusCode == 414 {
			longest = 4
		}
		for range 10 {
			method := rapid.SampledFrom([]string{"GET", "HEAD", "PUT", "PUT", "PUT", "DELETE", "POST", "OPTIONS", "BREW", "PATCH"}).Draw(t, "method")
			key := rapid.SampledFrom([]string{"", "four", "f%6Fur", "none", strings.Repeat("k", longest), strings.Repeat("k", longest+1), "%2f"}).Draw(t, "key")
			path := rapid.SampledFrom([]string{prefix, prefix, prefix, "/", "/kw/", "/k"}).Draw(t, "path") + key
			value, fields := "", []string(nil)
			if method == "PUT" {
				value = strings.Repeat("v", rapid.SampledFrom([]int{0, 1, 9, 10, 11}).Draw(t, "size"))
				if value != "" && rapid.Bool().Draw(t, "of unknown length") {
					fields = append(fields, "Transfer-Encoding: chunked")
				}
				for _, f := range []string{"Content-Range: bytes 0-1/2", "Content-Encoding: gzip"} {
					if rapid.IntRange(0, 4).Draw(t, f) == 4 {
						fields = append(fields, f)
					}
				}
			}
			name := strings.ReplaceAll(strings.TrimPrefix(path, "/"), "f%6Fur", "four")
			below := strings.TrimPrefix(name, prefix[1:])
			want := 0
			switch {
			case method == "BREW":
				want = 501
			case method == "POST" || method == "OPTIONS" || method == "PATCH":
				want = 405
			case key == "%2f":
				want = 404
			case !strings.HasPrefix(name, prefix[1:]) || below == "":
				want = 404
			case len(below) > longest:
				want = 414
			case method == "PUT" && len(value) > 10:
				want = 413
			case method == "PUT" && strings.Contains(strings.Join(fields, " "), "Range"):
				want = 400
			case method == "PUT" && strings.Contains(strings.Join(fields, " "), "gzip"):
				want = 415
			}
			a := d.ask(method, path, value, fields...)
			if refused := a.StatusCode >= 400 && a.StatusCode != 404; want != 0 && a.StatusCode != want || want == 0 && refused {
				t.Fatalf("%s %s with %d bytes and %q: %d, not %d", method, path, len(value), fields, a.StatusCode, want)
			}
			if a.inline != !(method == "PUT" && value != "") {
				t.Fatalf("%s with %d bytes is answered in the loop: %t", method, len(value), a.inline)
			}
			if a.StatusCode == 405 && a.Header.Get("Allow") != "GET, HEAD, PUT, DELETE" {
				t.Fatalf("allowed is %q", a.Header.Get("Allow"))
			}
			if a.StatusCode == 200 && (a.Header.Get("Content-Type") != "application/octet-stream" || a.Header.Get("X-Content-Type-Options") != "nosniff") {
				t.Fatalf("a value is said to be %v", a.Header)
			}
		}
	})
}

// All values fill the store to the byte that it has room for, and no further.
func TestTotalIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.IntRange(129, 400).Draw(t, "total")
		d := newDesk(t, kv.Options{Path: "/", Total: int64(total)})
		fits := total - 128 - len("k")
		if r := d.ask("PUT", "/k", strings.Repeat("v", fits+1)); r.StatusCode != 507 {
			t.Fatalf("%d bytes fit into %d: %d", fits+1, total, r.StatusCode)
		}
		if r := d.ask("PUT", "/k", strings.Repeat("v", fits)); r.StatusCode != 201 {
			t.Fatalf("%d bytes do not fit into %d: %d", fits, total, r.StatusCode)
		}
		if r := d.ask("PUT", "/l", ""); r.StatusCode != 507 {
			t.Fatalf("another fits: %d", r.StatusCode)
		}
	})
}

func TestOptionsAreJudged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := kv.Options{
			Path: rapid.SampledFrom([]string{"", "/", "/a/", "/a", "a/", "a", "//"}).Draw(t, "path"),
			Key:  rapid.IntRange(-1, 1).Draw(t, "key"), Value: rapid.Int64Range(-1, 1).Draw(t, "value"), Total: rapid.Int64Range(-1, 1).Draw(t, "total"),
		}
		sound := strings.HasPrefix(o.Path, "/") && strings.HasSuffix(o.Path, "/") && o.Key >= 0 && o.Value >= 0 && o.Total >= 0
		if _, err := kv.New(o); (err == nil) != sound {
			t.Fatalf("%+v: %v", o, err)
		}
	})
}
