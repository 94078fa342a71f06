package http1

// Paths against net/url and path.Clean: what both accept is one name. What is
// refused here only is listed, with the clause.

import (
	"net/url"
	"path"
	"strings"
	"testing"
)

// stricterPaths are the refusals that net/url does not share.
var stricterPaths = map[*Error]string{
	errPathRoot:      "RFC 3986 §5.2.4: net/url leaves dot segments to its caller, and path.Clean stops at the root",
	errPathNUL:       "RFC 3986 §7.3: net/url decodes %00",
	errPathSeparator: "RFC 3986 §2.2: net/url decodes %2f to a slash that separates, which makes two resources one",
}

// differPath says how a target in origin form names something else to net/url, or "".
func differPath(target string) string {
	if !strings.HasPrefix(target, "/") || span([]byte(target), targetChar) != len(target) {
		return "" // Parse refuses it first
	}
	ours, e := DecodePath(nil, []byte(target))
	theirs, err := url.ParseRequestURI(target)
	switch {
	case e != nil && err == nil && stricterPaths[e] == "":
		return "refused here only: " + e.Error()
	case e == nil && err != nil:
		return "accepted here only: " + err.Error()
	case e != nil || err != nil:
		return ""
	}
	want := strings.TrimPrefix(path.Clean(theirs.Path), "/")
	last := theirs.Path[strings.LastIndexByte(theirs.Path, '/')+1:]
	if want != "" && (last == "" || last == "." || last == "..") {
		want += "/"
	}
	if string(ours) != want {
		return "it is " + want + " there, and here " + string(ours)
	}
	return ""
}

func FuzzPathDifferential(f *testing.F) {
	for _, s := range []string{"/", "/a/b/", "/a/../b", "/%2e%2e/x", "//a//", "/a%2fb", "/a/./b/..", "/%41?%zz", "/a/.?", "/%00", "/%c3%a4", "//h:80/x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, target string) {
		if how := differPath(target); how != "" {
			t.Fatalf("%q: %s", target, how)
		}
	})
}
