package http1

// What the fields mean together: Host (RFC 9112 §3.2), how long the content is
// (§6.3), what may not be repeated (RFC 9110 §5.3), and Expect (§10.1.1).
//
// Content-Length and Transfer-Encoding decide where the next request starts, so
// whatever could be read in two ways is refused, also where the RFC lets one
// repair it: Content-Length repeated with the same value, both fields at once, a
// list of codings.

import "math"

// conclude judges a complete head and fills in what follows from it.
func (r *Request) conclude() *Error {
	r.Fields = r.store[:r.used:r.used]
	r.ContentLength = -1
	if r.excess {
		return errFieldCount
	}
	if e := r.host(); e != nil {
		return e
	}
	if r.seen&(hasCoding|hasLength) != 0 {
		if e := r.length(); e != nil {
			return e
		}
	}
	if r.repeated != 0 {
		return errRepeated
	}
	if r.Minor == 0 {
		// HTTP/1.0 has neither Expect (RFC 9110 §10.1.1) nor Upgrade (§7.8), nor chunks,
		// and so no trailers.
		r.TakesTrailers = false
		return nil
	}
	if r.framing.unknown {
		return errExpect
	}
	r.ExpectContinue = r.framing.expect && r.HasContent()
	if r.framing.switchy {
		r.Upgrade = r.framing.upgrade
	}
	return nil
}

// host judges the Host field, and takes the host from it unless the target named
// one, which wins (RFC 9112 §3.2.2).
func (r *Request) host() *Error {
	switch {
	case r.repeated&hasHost != 0:
		return errHostTwice
	case r.seen&hasHost == 0:
		if r.Minor == 0 {
			return nil
		}
		return errHostNone
	case !validAuthority(r.framing.host):
		return errHostValue
	}
	if r.Host == nil {
		r.Host = r.framing.host
	}
	return nil
}

// length judges the fields that frame the content, of which there is at least one.
func (r *Request) length() *Error {
	switch {
	case r.repeated&hasCoding != 0:
		return errCodingMany
	case r.seen&hasCoding == 0:
		return r.contentLength()
	case r.Minor == 0:
		return errCoding10
	case r.seen&hasLength != 0:
		return errLengthTE
	}
	if !equalFold(r.framing.coding, "chunked") {
		return codingError(r.framing.coding)
	}
	r.Chunked = true
	return nil
}

// contentLength reads Content-Length, RFC 9110 §8.6: one or more digits.
func (r *Request) contentLength() *Error {
	if r.repeated&hasLength != 0 {
		return errLengthMany
	}
	n, ok := decimal(r.framing.length)
	if !ok {
		return errLengthForm
	}
	r.ContentLength = n
	return nil
}

// decimal reads one or more digits; it is not ok if there is anything else or the
// number is 2 to the 63 or more.
func decimal(b []byte) (int64, bool) {
	if len(b) == 0 {
		return 0, false
	}
	n := int64(0)
	for _, c := range b {
		d := int64(c - '0')
		if c < '0' || c > '9' || n > (math.MaxInt64-d)/10 {
			return 0, false
		}
		n = n*10 + d
	}
	return n, true
}

// codingError tells codings that are unknown (501) from those whose list could be
// read in two ways (400): chunked not last, not once, or with parameters.
func codingError(list []byte) *Error {
	members, unknown := 0, false
	var last []byte
	for list != nil {
		last, list = nextMember(list)
		members++
		switch {
		case equalFold(last, "chunked"):
			if list != nil {
				return errCodingForm
			}
		case !isToken(last):
			return errCodingForm
		default:
			unknown = true
		}
	}
	if unknown && (members == 1 || equalFold(last, "chunked")) {
		return errCoding
	}
	return errCodingForm
}
