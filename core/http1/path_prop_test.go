package http1

import (
	"path"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// checkPath fails if a decoded path could lead out of its root, or is not what a
// plain definition says.
func checkPath(t interface{ Fatalf(string, ...any) }, target string) {
	before := strings.Clone(target)
	b := []byte(target)
	got, e := DecodePath(nil, b)
	if string(b) != before {
		t.Fatalf("%q was changed to %q", before, b)
	}
	if e != nil {
		if got != nil {
			t.Fatalf("%q: both %q and %v", target, got, e)
		}
		return
	}
	name := string(got)
	if strings.HasPrefix(name, "/") || strings.Contains(name, "//") || strings.ContainsAny(name, "\x00\\") {
		t.Fatalf("%q is %q", target, name)
	}
	for _, segment := range strings.Split(name, "/") {
		if segment == "." || segment == ".." {
			t.Fatalf("%q is %q", target, name)
		}
	}
	if clean := strings.TrimPrefix(path.Clean("/"+name), "/"); clean != strings.TrimSuffix(name, "/") {
		t.Fatalf("%q is %q, which path.Clean makes %q", target, name, clean)
	}
	if again, e := DecodePath(nil, []byte("/"+strings.ReplaceAll(strings.ReplaceAll(name, "%", "%25"), "?", "%3f"))); e != nil || string(again) != name {
		t.Fatalf("%q is %q, which is %q, %v", target, name, again, e)
	}
}

func TestPropPathStaysBelowItsRoot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkPath(t, "/"+strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
			"/", "/", ".", "..", "a", "b", "%2e", "%2E%2e", "%", "%2", "%41", "%25", "?", "%3f", "%2f", "\\", "%00", " ",
		}), 0, 10).Draw(t, "parts"), ""))
	})
}

func FuzzDecodePath(f *testing.F) {
	for _, s := range []string{"/", "/a/b/", "/a/../b", "/%2e%2e/x", "//a//", "/a%2fb", "http://h/x?y", "/%", "/a/./b/.."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, target string) { checkPath(t, target) })
}

func TestPropPathsMeanTheSameToNetURL(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := "/" + strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
			"/", "/", ".", "..", "a", "b", "%2e", "%2E%2e", "%", "%2", "%41", "%25", "?", "%3f", "%2f", "%00", "%20", "+", ":", "@",
		}), 0, 10).Draw(t, "parts"), "")
		if how := differPath(target); how != "" {
			t.Fatalf("%q: %s", target, how)
		}
	})
}
