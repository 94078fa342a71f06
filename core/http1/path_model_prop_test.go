package http1

// Paths once more: package strings takes a path apart, net/url decodes its segments, and a
// list is gone up and down (RFC 3986 §5.2.4).

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// plainPath is what a path names, or why it names nothing.
func plainPath(path string) (name string, e *Error) {
	path, _, _ = strings.Cut(path, "?")
	var stack []string
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	directory := true
	for i, raw := range segments {
		segment, err := url.PathUnescape(raw)
		lower := strings.ToLower(raw)
		if e := firstOf(lower); err != nil || e != nil {
			return "", e
		}
		directory = segment == "" || segment == "." || segment == ".." || i < len(segments)-1
		switch {
		case segment == "" || segment == ".":
		case segment == ".." && len(stack) == 0:
			return "", errPathRoot
		case segment == "..":
			stack = stack[:len(stack)-1]
		default:
			stack = append(stack, segment)
		}
	}
	if name = strings.Join(stack, "/"); name != "" && directory {
		name += "/"
	}
	return name, nil
}

// firstOf is what is wrong with a segment, in lower case; what is escaped is looked at first.
func firstOf(segment string) *Error {
	for i := range len(segment) {
		switch rest := segment[i:]; {
		case badEscape.MatchString(rest) && badEscape.FindStringIndex(rest)[0] == 0:
			return errEscape
		case strings.HasPrefix(rest, "%00"):
			return errPathNUL
		case strings.HasPrefix(rest, "%2f"), strings.HasPrefix(rest, "%5c"):
			return errPathSeparator
		}
	}
	switch i := strings.IndexAny(segment, "\x00\\"); {
	case i < 0:
		return nil
	case segment[i] == 0:
		return errPathNUL
	}
	return errPathSeparator
}

func TestPropPathsAreTheirModels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for range 20 {
			path := "/"
			for range choose(t, 8, "parts") {
				path += pick(t, []string{"/", "/", "/", "..", ".", "a", "b", "/../", "%2e", "%2E%2e", "%41", "%25", "%7E", "%fF", "%c3%a4", "?", "%2f", "%5C", "%00", "\x00", "\\", "%", "%4", "%g0", "%0g", "%aF"}, "part")
			}
			prefix := pick(t, []string{"", "", "", "http://h", "HTTPS://[::1]:80", "ftp://h", "h"}, "prefix")
			want, e := plainPath(path)
			if prefix == "ftp://h" || prefix == "h" {
				want, e = "", errPathForm
			}
			got, problem := DecodePath([]byte("x"), []byte(prefix+path))
			if problem != e || string(got) != want {
				t.Fatalf("%q is %q, %v; not %q, %v", prefix+path, got, problem, want, e)
			}
			if e == nil && IsDirectory(got) != (want == "" || strings.HasSuffix(want, "/")) {
				t.Fatalf("%q is a directory: %t", want, IsDirectory(got))
			}
		}
	})
}
