package http1

import "testing"

func TestEvaluateRFC9110Section13_2_2(t *testing.T) {
	const (
		before = "Sun, 06 Nov 1994 08:49:36 GMT"
		same   = "Sun, 06 Nov 1994 08:49:37 GMT"
		after  = "Sun, 06 Nov 1994 08:49:38 GMT"
	)
	for _, c := range []struct {
		name, method string
		fields       string
		want         Condition
	}{
		{"nothing", "GET", "", Proceed},
		{"step 1: the tag", "PUT", `If-Match: "x", "tag"`, Proceed},
		{"step 1: any tag", "PUT", `If-Match: *`, Proceed},
		{"step 1: another tag", "PUT", `If-Match: "x"`, PreconditionFailed},
		{"step 1: the tag, weak", "PUT", `If-Match: W/"tag"`, PreconditionFailed},
		{"step 1: malformed", "PUT", `If-Match: tag`, PreconditionFailed},
		{"step 1: empty", "PUT", `If-Match:`, PreconditionFailed},
		{"step 1: the tag in the second line", "PUT", "If-Match: \"x\"\r\nIf-Match: \"tag\"", Proceed},
		{"step 1 before step 2", "PUT", "If-Match: \"tag\"\r\nIf-Unmodified-Since: " + before, Proceed},
		{"step 1 before step 3", "GET", "If-Match: \"x\"\r\nIf-None-Match: \"tag\"", PreconditionFailed},
		{"step 1 then step 3", "GET", "If-Match: \"tag\"\r\nIf-None-Match: \"tag\"", NotModified},
		{"step 2: modified later", "PUT", "If-Unmodified-Since: " + before, PreconditionFailed},
		{"step 2: modified then", "PUT", "If-Unmodified-Since: " + same, Proceed},
		{"step 2: modified before", "GET", "If-Unmodified-Since: " + after, Proceed},
		{"step 2: no date", "PUT", "If-Unmodified-Since: yesterday", Proceed},
		{"step 3: the tag", "GET", `If-None-Match: "tag"`, NotModified},
		{"step 3: the tag, weak", "HEAD", `If-None-Match: "x",W/"tag"`, NotModified},
		{"step 3: any tag", "GET", `If-None-Match: *`, NotModified},
		{"step 3: any tag, for a change", "PUT", `If-None-Match: *`, PreconditionFailed},
		{"step 3: the tag, for a change", "DELETE", `If-None-Match: "tag"`, PreconditionFailed},
		{"step 3: another tag", "GET", `If-None-Match: "x"`, Proceed},
		{"step 3: malformed", "GET", `If-None-Match: tag`, Proceed},
		{"step 3: malformed, for a change", "PUT", `If-None-Match: tag`, PreconditionFailed},
		{"step 3: the tag in the second line", "GET", "If-None-Match: \"x\"\r\nIf-None-Match: \"tag\"", NotModified},
		{"step 3 before step 4", "GET", "If-None-Match: \"x\"\r\nIf-Modified-Since: " + after, Proceed},
		{"step 4: modified later", "GET", "If-Modified-Since: " + before, Proceed},
		{"step 4: modified then", "GET", "If-Modified-Since: " + same, NotModified},
		{"step 4: modified before", "HEAD", "If-Modified-Since: " + after, NotModified},
		{"step 4: not for a change", "POST", "If-Modified-Since: " + after, Proceed},
		{"step 4: no date", "GET", "If-Modified-Since: yesterday", Proceed},
		{"step 5: the tag", "GET", "Range: bytes=0-\r\nIf-Range: \"tag\"", Proceed},
		{"step 5: another tag", "GET", "Range: bytes=0-\r\nIf-Range: \"x\"", IgnoreRange},
		{"step 5: the tag, weak", "GET", "Range: bytes=0-\r\nIf-Range: W/\"tag\"", IgnoreRange},
		{"step 5: the date", "GET", "Range: bytes=0-\r\nIf-Range: " + same, Proceed},
		{"step 5: a later date is not the date", "GET", "Range: bytes=0-\r\nIf-Range: " + after, IgnoreRange},
		{"step 5: neither", "GET", "Range: bytes=0-\r\nIf-Range: x", IgnoreRange},
		{"step 5: empty", "GET", "Range: bytes=0-\r\nIf-Range:", IgnoreRange},
		{"step 5: without Range", "GET", "If-Range: \"x\"", Proceed},
		{"§14.2: Range is for GET", "HEAD", "Range: bytes=0-", IgnoreRange},
	} {
		head := c.method + " / HTTP/1.1\r\nHost: a\r\n" + c.fields
		if c.fields != "" {
			head += "\r\n"
		}
		if got := parse(t, head+"\r\n").Evaluate([]byte(`"tag"`), then, now); got != c.want {
			t.Errorf("%s: %s with %q is %d, want %d", c.name, c.method, c.fields, got, c.want)
		}
	}
}

func TestEvaluateWithoutValidators(t *testing.T) {
	const date = "Sun, 06 Nov 1994 08:49:37 GMT"
	for field, want := range map[string]Condition{
		"If-Unmodified-Since: " + date:         Proceed,
		"If-Modified-Since: " + date:           Proceed,
		"Range: bytes=0-\r\nIf-Range: " + date: IgnoreRange,
		"Range: bytes=0-\r\nIf-Range: \"\"":    IgnoreRange,
		"If-None-Match: \"\"":                  Proceed,
		"If-Match: \"\"":                       PreconditionFailed,
	} {
		if got := get(t, field).Evaluate(nil, NoDate, now); got != want {
			t.Errorf("%s: %d, want %d", field, got, want)
		}
	}
}

func TestDateAsStrongValidatorRFC9110Section8_8_2_2(t *testing.T) {
	r := get(t, "Range: bytes=0-", "If-Range: Sun, 06 Nov 1994 08:49:37 GMT")
	if got := r.Evaluate(nil, then, then); got != IgnoreRange {
		t.Error("within the second of the change the date vouches for the bytes")
	}
	if got := r.Evaluate(nil, then, then+1); got != Proceed {
		t.Error("a second later the date does not")
	}
}

func TestEntityTagsRFC9110Section8_8_3(t *testing.T) {
	for _, c := range []struct {
		list, etag           string
		strong, match, sound bool
	}{
		{`"a"`, `"a"`, true, true, true},
		{`"a"`, `W/"a"`, true, false, true},
		{`W/"a"`, `W/"a"`, true, false, true},
		{`W/"a"`, `W/"a"`, false, true, true},
		{`"b", "a"`, `"a"`, true, true, true},
		{` , "b",, "a" ,`, `"a"`, true, true, true},
		{`"a,b"`, `"a,b"`, true, true, true},
		{`"a", "b"`, `"a,b"`, true, false, true},
		{`""`, `""`, true, true, true},
		{"\"\x80\"", "\"\x80\"", true, true, true},
		{`*`, `"a"`, true, true, true},
		{`*, "a"`, `"b"`, true, false, false},
		{`"b" "a"`, `"a"`, true, false, false},
		{`"a`, `"a"`, true, false, false},
		{`a`, `"a"`, true, false, false},
		{`w/"a"`, `"a"`, false, false, false},
		{`"a b"`, `"a b"`, true, false, false},
		{``, `"a"`, true, false, true},
		{`,`, `"a"`, true, false, true},
	} {
		match, sound := matchTags([]byte(c.list), []byte(c.etag), c.strong)
		if match != c.match || sound != c.sound {
			t.Errorf("%s in %s: match %v, sound %v", c.etag, c.list, match, sound)
		}
	}
}

func TestEvaluateAbsent(t *testing.T) {
	for _, c := range []struct {
		name, method, fields string
		want                 Condition
	}{
		{"nothing", "PUT", "", Proceed},
		{"any tag", "PUT", "If-Match: *", PreconditionFailed},
		{"a tag", "GET", `If-Match: "x"`, PreconditionFailed},
		{"no tag", "PUT", "If-None-Match: *", Proceed},
		{"not this tag", "PUT", `If-None-Match: "x"`, Proceed},
		{"malformed, for a change", "PUT", "If-None-Match: x", PreconditionFailed},
		{"malformed", "GET", "If-None-Match: x", Proceed},
		{"a date", "PUT", "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT", Proceed},
	} {
		head := c.method + " / HTTP/1.1\r\nHost: a\r\n" + c.fields
		if c.fields != "" {
			head += "\r\n"
		}
		if got := parse(t, head+"\r\n").EvaluateAbsent(); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
