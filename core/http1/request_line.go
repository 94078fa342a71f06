package http1

// The request line, RFC 9112 §3: method SP request-target SP HTTP-version, with
// exactly those spaces, and the four forms of target.

import "bytes"

// requestLine reads the line without its CRLF.
func (r *Request) requestLine(line []byte) *Error {
	i := span(line, tokenChar)
	if i == 0 || i == len(line) || line[i] != ' ' {
		return methodError(line, i)
	}
	rest := line[i+1:]
	j := span(rest, targetChar)
	if j == 0 || j == len(rest) || rest[j] != ' ' {
		return targetError(rest, j)
	}
	minor, e := version(rest[j+1:])
	if e != nil {
		return e
	}
	r.MethodName = line[:i:i]
	r.Method = methodOf(r.MethodName)
	r.Target = rest[:j:j]
	r.Minor = minor
	return r.target()
}

func methodError(line []byte, i int) *Error {
	switch {
	case len(line) > i && line[i] == '\r':
		return errBareCR
	case len(line) > i && line[i] == '\t', i == 0 && len(line) > 0 && line[0] == ' ':
		return errLineSpace
	case i > 0 && i == len(line):
		return errNoVersion
	}
	return errMethod
}

func targetError(rest []byte, i int) *Error {
	switch {
	case i == len(rest) && i > 0:
		return errNoVersion
	case i == len(rest):
		return errTargetEmpty
	case rest[i] == '\r':
		return errBareCR
	case isSpace(rest[i]):
		return errLineSpace
	}
	return errTargetByte
}

// version reads HTTP-version (RFC 9112 §2.3) and returns the minor version to act
// upon, which is at most 1 (RFC 9110 §2.5).
func version(b []byte) (uint8, *Error) {
	if string(b) == "HTTP/1.1" {
		return 1, nil
	}
	switch {
	case bytes.IndexByte(b, '\r') >= 0:
		return 0, errBareCR
	case bytes.IndexByte(b, ' ') >= 0 || bytes.IndexByte(b, '\t') >= 0:
		return 0, errLineSpace
	case len(b) == 0:
		return 0, errNoVersion
	case len(b) != len("HTTP/1.1") || string(b[:5]) != "HTTP/" || b[6] != '.':
		return 0, errProtocol
	case !is(b[5], digitChar) || !is(b[7], digitChar):
		return 0, errProtocol
	case b[5] != '1':
		return 0, errVersion
	case b[7] == '0':
		return 0, nil
	}
	return 1, nil
}

// target tells the form of r.Target and takes it apart (RFC 9112 §3.2).
func (r *Request) target() *Error {
	t := r.Target
	switch {
	case r.Method == CONNECT:
		if host := hostLen(t); host <= 0 || host+1 >= len(t) || !validAuthority(t) {
			return errConnect
		}
		r.Form, r.Host = AuthorityForm, t
		return nil
	case t[0] == '/':
		r.Form = OriginForm
	case string(t) == "*":
		if r.Method != OPTIONS {
			return errAsterisk
		}
		r.Form = AsteriskForm
		return nil
	default:
		authority, rest, e := absolute(t)
		if e != nil {
			return e
		}
		r.Form, r.Host, t = AbsoluteForm, authority, rest
	}
	r.Path = t
	if i := bytes.IndexByte(t, '?'); i >= 0 {
		r.Path, r.Query = t[:i:i], t[i+1:]
	}
	if !validEscapes(r.Path) {
		return errEscape
	}
	return nil
}

// absolute takes a target in absolute form apart (RFC 9112 §3.2.2). rest is path
// and query; the path may be empty.
func absolute(t []byte) (authority, rest []byte, e *Error) {
	i := bytes.IndexByte(t, ':')
	if i < 0 || len(t) < i+3 || t[i+1] != '/' || t[i+2] != '/' {
		return nil, nil, errTargetForm
	}
	if scheme := t[:i]; !equalFold(scheme, "http") && !equalFold(scheme, "https") {
		return nil, nil, errScheme
	}
	t = t[i+3:]
	end := len(t)
	if i := bytes.IndexAny(t, "/?"); i >= 0 {
		end = i
	}
	authority, rest = t[:end:end], t[end:]
	switch {
	case bytes.IndexByte(authority, '@') >= 0:
		return nil, nil, errUserinfo
	case !validAuthority(authority):
		return nil, nil, errAuthority
	}
	return authority, rest, nil
}

// validEscapes reports whether each percent sign is followed by two hexadecimal
// digits (RFC 3986 §2.1). Queries are not asked: they are read by others, and
// "?q=100%" is common.
func validEscapes(path []byte) bool {
	for {
		i := bytes.IndexByte(path, '%')
		if i < 0 {
			return true
		}
		if i+2 >= len(path) || !is(path[i+1], hexChar) || !is(path[i+2], hexChar) {
			return false
		}
		path = path[i+3:]
	}
}
