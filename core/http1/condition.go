package http1

// Conditional requests, in the order of RFC 9110 §13.2.2:
//
//  1. If-Match: false is 412; true goes to 3.
//  2. If-Unmodified-Since, without If-Match: false is 412.
//  3. If-None-Match: false is 304 for GET and HEAD, and else 412.
//  4. If-Modified-Since, for GET and HEAD without If-None-Match: false is 304.
//  5. If-Range, with Range, for GET: false ignores the Range.
//
// A date that cannot be read counts as not sent (§13.1.3, §13.1.4). A list of tags
// that cannot be read must not let a change through: If-Match is then false,
// and so is If-None-Match where a change is asked for.

import (
	"bytes"
	"math"
)

// Condition is the outcome of a request's preconditions.
type Condition uint8

// The outcomes.
const (
	Proceed            Condition = iota // perform the method, and for GET honour a Range
	IgnoreRange                         // perform it, for the whole representation
	NotModified                         // answer 304
	PreconditionFailed                  // answer 412
)

// NoDate is a modification time that is not known.
const NoDate = math.MinInt64

// Evaluate judges r's preconditions against the selected representation, which
// exists, its entity tag (nil if it has none), and when it was last modified, in
// seconds since 1970 (or NoDate). now is used to judge dates as validators.
func (r *Request) Evaluate(etag []byte, modified, now int64) Condition {
	reading := r.Method == GET || r.Method == HEAD
	switch {
	case r.IfMatch != nil:
		if match, _ := r.anyTag("if-match", etag, true); !match {
			return PreconditionFailed
		}
	case r.IfUnmodifiedSince != nil && modified != NoDate:
		if t, ok := ParseDate(r.IfUnmodifiedSince, now); ok && modified > t {
			return PreconditionFailed
		}
	}
	switch {
	case r.IfNoneMatch != nil:
		match, sound := r.anyTag("if-none-match", etag, false)
		switch {
		case match && reading:
			return NotModified
		case match || !sound && !reading:
			return PreconditionFailed
		}
	case r.IfModifiedSince != nil && reading && modified != NoDate:
		if t, ok := ParseDate(r.IfModifiedSince, now); ok && modified <= t {
			return NotModified
		}
	}
	if r.Range != nil && (r.Method != GET || r.IfRange != nil && !r.sameRange(etag, modified, now)) {
		return IgnoreRange
	}
	return Proceed
}

// EvaluateAbsent judges r's preconditions where there is no representation: nothing
// matches, not even *, and whatever a date is compared with does not apply.
func (r *Request) EvaluateAbsent() Condition {
	if r.IfMatch != nil {
		return PreconditionFailed
	}
	if r.IfNoneMatch != nil && r.Method != GET && r.Method != HEAD {
		if _, sound := r.anyTag("if-none-match", nil, false); !sound {
			return PreconditionFailed
		}
	}
	return Proceed
}

// anyTag looks for etag in all the field lines of a name, since a list may be
// spread over several (§5.3). One that is malformed makes the list unsound.
func (r *Request) anyTag(name string, etag []byte, strong bool) (match, sound bool) {
	sound = true
	for i := range r.Fields {
		if !equalFold(r.Fields[i].Name, name) {
			continue
		}
		m, s := matchTags(r.Fields[i].Value, etag, strong)
		match, sound = match || m, sound && s
	}
	return match, sound
}

// sameRange is the condition of If-Range, RFC 9110 §13.1.5: a strong tag that is
// the same, or the exact date, if that is a strong validator, which it is once a
// second has gone by since (§8.8.2.2).
func (r *Request) sameRange(etag []byte, modified, now int64) bool {
	v := r.IfRange
	if opaqueTag(v) == len(v) && len(v) > 0 {
		return bytes.Equal(v, etag)
	}
	t, ok := ParseDate(v, now)
	return ok && modified != NoDate && t == modified && modified < now
}
