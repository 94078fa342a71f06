package http1

// Entity tags, RFC 9110 §8.8.3: [ W/ ] "characters", in lists or as *.

import "bytes"

// nextTag takes an entity tag off a list, with what separates it from the one
// before: tag is the tag with its quotes and without W/. At the end of the list
// tag is nil and ok; it is not ok if there is something else.
func nextTag(list []byte) (tag []byte, weak bool, rest []byte, ok bool) {
	for len(list) > 0 && (isSpace(list[0]) || list[0] == ',') {
		list = list[1:]
	}
	if len(list) == 0 {
		return nil, false, nil, true
	}
	if len(list) > 2 && list[0] == 'W' && list[1] == '/' {
		weak, list = true, list[2:]
	}
	end := opaqueTag(list)
	if end == 0 {
		return nil, false, nil, false
	}
	tag, rest = list[:end], list[end:]
	for len(rest) > 0 && isSpace(rest[0]) {
		rest = rest[1:]
	}
	return tag, weak, rest, len(rest) == 0 || rest[0] == ','
}

// ValidTag reports whether b is one entity tag.
func ValidTag(b []byte) bool {
	if len(b) > 2 && b[0] == 'W' && b[1] == '/' {
		b = b[2:]
	}
	n := opaqueTag(b)
	return n > 0 && n == len(b)
}

// opaqueTag is the length of the opaque-tag at the start of b, or 0.
func opaqueTag(b []byte) int {
	if len(b) == 0 || b[0] != '"' {
		return 0
	}
	for i := 1; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			return i + 1
		case c <= 0x20 || c == 0x7f:
			return 0
		}
	}
	return 0
}

// matchTags looks for etag in a list, with the weak or the strong comparison
// (§8.8.3.2). The list is not sound if it is malformed before a match.
func matchTags(list, etag []byte, strong bool) (match, sound bool) {
	if len(list) == 1 && list[0] == '*' {
		return true, true
	}
	opaque, isWeak := bytes.CutPrefix(etag, []byte("W/"))
	for {
		tag, weak, rest, ok := nextTag(list)
		if !ok || tag == nil {
			return false, ok
		}
		if bytes.Equal(tag, opaque) && !(strong && (weak || isWeak)) {
			return true, true
		}
		list = rest
	}
}
