package http1

// From the path of a target to a name below a root: RFC 3986 §2.1 (percent
// encoding), §5.2.4 (dot segments), RFC 9110 §17.3 (attacks based on file names).
//
// Escapes are decoded before dot segments are taken out, so %2e%2e is "..".
// Invariant: the result has no segment that is empty, "." or "..", but for one
// trailing slash, so it cannot lead out of the root it is used below.
//
// An encoded slash or backslash is answered with 404: the URI is well formed, but
// no file name has a slash, and to decode it would merge two resources into one.
// A NUL is answered with 400, for no honest client sends one.

import "bytes"

// DecodePath appends to dst[:0] the name that a target's path stands for, and
// returns it: relative, without a leading slash, decoded, with slashes in a row
// made one. Empty is the root, and a slash at the end remains, so that a path
// asks for a directory if it is empty or ends with one. A ".." that would climb
// above the root is refused.
//
// target is Request.Path, or a whole target in origin or absolute form; what
// stands behind a '?' is left out. There is no allocation if dst's capacity is
// len(target). The decoded name may hold any byte but NUL and backslash: write
// the encoded one into a header.
func DecodePath(dst, target []byte) (path []byte, e *Error) {
	if i := bytes.IndexByte(target, '?'); i >= 0 {
		target = target[:i]
	}
	dst = dst[:0]
	if len(target) == 0 {
		return dst, nil
	}
	if target[0] != '/' {
		if _, target, e = absolute(target); e != nil {
			return nil, errPathForm
		}
	}
	for len(target) > 0 {
		target = target[1:] // the slash
		end := bytes.IndexByte(target, '/')
		last := end < 0
		if last {
			end = len(target)
		}
		start := len(dst)
		if dst, e = decodeSegment(dst, target[:end]); e != nil {
			return nil, e
		}
		target = target[end:]
		switch string(dst[start:]) {
		case "", ".":
			dst = dst[:start]
		case "..":
			if start == 0 {
				return nil, errPathRoot
			}
			dst = dst[:bytes.LastIndexByte(dst[:start-1], '/')+1]
		default:
			if !last {
				dst = append(dst, '/')
			}
		}
	}
	return dst, nil
}

// decodeSegment appends a segment, decoded.
func decodeSegment(dst, segment []byte) ([]byte, *Error) {
	i := bytes.IndexByte(segment, '%')
	if i < 0 {
		i = len(segment)
	}
	dst = append(dst, segment[:i]...)
	for ; i < len(segment); i++ {
		c := segment[i]
		if c == '%' {
			if i+2 >= len(segment) || !is(segment[i+1], hexChar) || !is(segment[i+2], hexChar) {
				return nil, errEscape
			}
			c = hexValue(segment[i+1])<<4 | hexValue(segment[i+2])
			i += 2
			switch c {
			case 0:
				return nil, errPathNUL
			case '/', '\\':
				return nil, errPathSeparator
			}
		}
		dst = append(dst, c)
	}
	// Unescaped, these two are refused by Parse already.
	for _, c := range segment {
		switch c {
		case 0:
			return nil, errPathNUL
		case '\\':
			return nil, errPathSeparator
		}
	}
	return dst, nil
}

// IsDirectory reports whether a decoded path asks for a directory.
func IsDirectory(path []byte) bool { return len(path) == 0 || path[len(path)-1] == '/' }
