package http1

import (
	"testing"
)

func TestDecodePath(t *testing.T) {
	for _, c := range []struct{ name, target, want string }{
		{"the root", "/", ""},
		{"the root of an absolute form", "", ""},
		{"a file", "/a/b.html", "a/b.html"},
		{"a directory", "/a/b/", "a/b/"},
		{"a query", "/a?b/../../..", "a"},
		{"a query at the root", "/?x", ""},
		{"absolute form", "http://h/a?b", "a"},
		{"absolute form without path", "http://h", ""},
		{"slashes in a row", "//a///b//", "a/b/"},
		{"RFC 3986 §2.1 escapes", "/%61%2E%7e%C3%A4%25%3f", "a.~\xc3\xa4%?"},
		{"RFC 3986 §2.1 decoded once", "/%252e%252e/x", "%2e%2e/x"},
		{"RFC 3986 §5.2.4 single dots", "/./a/./b/.", "a/b/"},
		{"RFC 3986 §5.2.4 double dots", "/a/b/../c", "a/c"},
		{"RFC 3986 §5.2.4 double dots at the end", "/a/b/..", "a/"},
		{"RFC 3986 §5.2.4 back to the root", "/a/../", ""},
		{"RFC 3986 §5.2.4 back to the root, no slash", "/a/..", ""},
		{"dots over slashes in a row", "/a//../b", "b"},
		{"encoded dots", "/a/%2e%2E/b", "b"},
		{"three dots", "/.../a", ".../a"},
		{"hidden file", "/.a/..b", ".a/..b"},
		{"line ends, which a file name may have", "/%0d%0a", "\r\n"},
	} {
		got, e := DecodePath(make([]byte, 3, 64), []byte(c.target))
		if e != nil || string(got) != c.want {
			t.Errorf("%s: %s is %q, %v; want %q", c.name, c.target, got, e, c.want)
		}
	}
}

func TestRefusedPaths(t *testing.T) {
	for _, c := range []struct {
		name, target string
		want         *Error
	}{
		{"RFC 3986 §5.2.4 above the root", "/..", errPathRoot},
		{"RFC 3986 §5.2.4 above the root and back", "/../a", errPathRoot},
		{"RFC 3986 §5.2.4 above the root later", "/a/../../b", errPathRoot},
		{"RFC 9110 §17.3 encoded, above the root", "/%2e%2e/etc/passwd", errPathRoot},
		{"RFC 9110 §17.3 half encoded", "/.%2e/x", errPathRoot},
		{"RFC 9110 §17.3 slashes do not count", "/a///../../x", errPathRoot},
		{"RFC 3986 §2.2 encoded slash", "/a%2fb", errPathSeparator},
		{"RFC 3986 §2.2 encoded slash after dots", "/..%2Fb", errPathSeparator},
		{"RFC 3986 §2.2 encoded backslash", "/a%5Cb", errPathSeparator},
		{"RFC 9110 §17.3 backslash", "/..\\..\\x", errPathSeparator},
		{"RFC 3986 §7.3 encoded NUL", "/a%00.html", errPathNUL},
		{"RFC 3986 §7.3 NUL", "/a\x00", errPathNUL},
		{"RFC 3986 §2.1 half an escape", "/a%2", errEscape},
		{"RFC 3986 §2.1 percent at the end", "/a%", errEscape},
		{"RFC 3986 §2.1 no digits", "/%zz", errEscape},
		{"RFC 3986 §2.1 escape over a slash", "/%2/e", errEscape},
		{"RFC 9112 §3.2.1 no slash", "a", errPathForm},
		{"RFC 9112 §3.2.4 asterisk", "*", errPathForm},
	} {
		if got, e := DecodePath(nil, []byte(c.target)); e != c.want || got != nil {
			t.Errorf("%s: %q is %q, %v; want %v", c.name, c.target, got, e, c.want)
		}
	}
}

func TestIsDirectory(t *testing.T) {
	for path, want := range map[string]bool{"": true, "a/": true, "a": false, "a/b": false} {
		if IsDirectory([]byte(path)) != want {
			t.Errorf("%q: %v", path, !want)
		}
	}
}
