package http1

import "testing"

func TestFramingRFC9112Section6_3(t *testing.T) {
	for _, c := range []struct {
		name, fields string
		length       int64
		chunked      bool
		want         *Error
	}{
		{"nothing: no content", "", -1, false, nil},
		{"length", "Content-Length: 5", 5, false, nil},
		{"length zero", "Content-Length: 0", 0, false, nil},
		{"largest length", "Content-Length: 9223372036854775807", 1<<63 - 1, false, nil},
		{"length too large", "Content-Length: 9223372036854775808", 0, false, errLengthForm},
		{"length far too large", "Content-Length: 99999999999999999999999", 0, false, errLengthForm},
		{"length with sign", "Content-Length: +5", 0, false, errLengthForm},
		{"length negative", "Content-Length: -5", 0, false, errLengthForm},
		{"length empty", "Content-Length:", 0, false, errLengthForm},
		{"length hexadecimal", "Content-Length: 0x5", 0, false, errLengthForm},
		{"length with space", "Content-Length: 5 5", 0, false, errLengthForm},
		{"length as a list of equals", "Content-Length: 5, 5", 0, false, errLengthForm},
		{"length twice", "Content-Length: 5\r\nContent-Length: 6", 0, false, errLengthMany},
		{"length twice the same", "Content-Length: 5\r\nContent-Length: 5", 0, false, errLengthMany},
		{"chunked", "Transfer-Encoding: chunked", -1, true, nil},
		{"chunked in capitals", "Transfer-Encoding: CHUNKED", -1, true, nil},
		{"chunked and length", "Transfer-Encoding: chunked\r\nContent-Length: 5", 0, false, errLengthTE},
		{"length and chunked", "Content-Length: 5\r\nTransfer-Encoding: chunked", 0, false, errLengthTE},
		{"coding twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 0, false, errCodingMany},
		{"coding twice and length", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\nTransfer-Encoding: x", 0, false, errCodingMany},
		{"unknown coding", "Transfer-Encoding: gzip", 0, false, errCoding},
		{"identity, which is no more", "Transfer-Encoding: identity", 0, false, errCoding},
		{"unknown coding under chunked", "Transfer-Encoding: gzip, chunked", 0, false, errCoding},
		{"a coding with chunked in its name", "Transfer-Encoding: xchunked", 0, false, errCoding},
		{"chunked not last", "Transfer-Encoding: chunked, gzip", 0, false, errCodingForm},
		{"chunked twice", "Transfer-Encoding: chunked, chunked", 0, false, errCodingForm},
		{"chunked with parameter", "Transfer-Encoding: chunked;a=b", 0, false, errCodingForm},
		{"chunked in a list of empties", "Transfer-Encoding: ,chunked", 0, false, errCodingForm},
		{"chunked with a comma", "Transfer-Encoding: chunked,", 0, false, errCodingForm},
		{"chunked quoted", "Transfer-Encoding: \"chunked\"", 0, false, errCodingForm},
		{"chunked with vertical tab", "Transfer-Encoding: \x0bchunked", 0, false, errValue},
		{"no coding", "Transfer-Encoding:", 0, false, errCodingForm},
		{"two unknown", "Transfer-Encoding: gzip, br", 0, false, errCodingForm},
	} {
		head := "POST / HTTP/1.1\r\nHost: a\r\n" + c.fields
		if c.fields != "" {
			head += "\r\n"
		}
		r := new(Request)
		if _, e := r.Parse([]byte(head+"\r\n"), 0, nil); e != c.want {
			t.Errorf("%s: %v, want %v", c.name, e, c.want)
		} else if e == nil && (r.ContentLength != c.length || r.Chunked != c.chunked) {
			t.Errorf("%s: length %d, chunked %v", c.name, r.ContentLength, r.Chunked)
		}
	}
}

func TestTransferEncodingInHTTP10RFC9112Section6_1(t *testing.T) {
	if _, e := new(Request).Parse([]byte("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 0, nil); e != errCoding10 {
		t.Errorf("got %v", e)
	}
}

func TestRepeatedFieldsRFC9110Section5_3(t *testing.T) {
	for _, name := range []string{"Range", "If-Range", "If-Modified-Since", "If-Unmodified-Since"} {
		head := "GET / HTTP/1.1\r\nHost: a\r\n" + name + ": x\r\n" + name + ": x\r\n\r\n"
		if _, e := new(Request).Parse([]byte(head), 0, nil); e != errRepeated {
			t.Errorf("%s twice: %v", name, e)
		}
	}
	r := get(t, "User-Agent: 1", "User-Agent: 2", "Referer: 3", "Referer: 4", "If-Match: 5", "If-Match: 6", "If-None-Match: 7", "If-None-Match: 8")
	if got := string(r.UserAgent) + string(r.Referer) + string(r.IfMatch) + string(r.IfNoneMatch); got != "1357" {
		t.Errorf("the first of each are %s", got)
	}
}

func TestKnownFields(t *testing.T) {
	r := get(t, "range: 1", "IF-RANGE: 2", "If-match: 3", "If-None-Match: 4", "If-Modified-Since: 5",
		"If-Unmodified-Since: 6", "referer: 7", "user-agent: 8", "Upgrade: 9", "Connection: Upgrade")
	got := ""
	for _, v := range [][]byte{r.Range, r.IfRange, r.IfMatch, r.IfNoneMatch, r.IfModifiedSince, r.IfUnmodifiedSince, r.Referer, r.UserAgent, r.Upgrade} {
		got += string(v)
	}
	if got != "123456789" {
		t.Errorf("the known fields read %s", got)
	}
	if r := get(t, "Upgrade: x"); r.Upgrade != nil {
		t.Error("RFC 9110 §7.8: Upgrade without the connection option counts")
	}
	if r := parse(t, "GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"); r.Upgrade != nil {
		t.Error("RFC 9110 §7.8: Upgrade in HTTP/1.0 counts")
	}
}

func TestExpectRFC9110Section10_1_1(t *testing.T) {
	for _, c := range []struct {
		name, head string
		expect     bool
		want       *Error
	}{
		{"with content", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-Continue\r\n\r\n", true, nil},
		{"with chunked content", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n", true, nil},
		{"without content", "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", false, nil},
		{"with content of no bytes", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n", false, nil},
		{"in HTTP/1.0", "POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n", false, nil},
		{"something else", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 200-ok\r\n\r\n", false, errExpect},
		{"something else too", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue, x\r\n\r\n", false, errExpect},
	} {
		r := new(Request)
		if _, e := r.Parse([]byte(c.head), 0, nil); e != c.want || r.ExpectContinue != c.expect {
			t.Errorf("%s: %v, expect %v", c.name, e, r.ExpectContinue)
		}
	}
}

func TestAuthorityRFC3986Section3_2_2(t *testing.T) {
	for _, s := range []string{
		"a", "a.b-c_d~e", "127.0.0.1:8080", "a:0", "a:65535", "[::]", "[::1]:80", "[1:2:3:4:5:6:7:8]", "[1::8]",
		"[1:2:3:4:5:6:7::]", "[::ffff:127.0.0.1]", "[1:2:3:4:5:6:1.2.3.4]", "xn--bcher-kva.example", "!$&'()*+;=",
	} {
		if !validAuthority([]byte(s)) {
			t.Errorf("%q is refused", s)
		}
	}
	for _, s := range []string{
		"", ":80", "a:b", "a:65536", "a:00000000000000000099999", "a:80:80", "a/b", "a b", "a,b", "a%20", "u@a", "\x80",
		"[", "[]", "[::1", "[::1]x", "[1]", "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]", "[::1::]", "[:::]", "[:1]", "[1:]",
		"[12345::]", "[::g]", "[::1%25eth0]", "[v1.a]", "[::1.2.3]", "[::1.2.3.4.5]", "[::01.2.3.4]", "[::256.1.1.1]",
		"[1:2:3:4:5:6:7:1.2.3.4]", "[1:2:3:4:5:6:7:8::]", "[::1.2.3.4:5]", "[::a1.2.3.4]", "[::1.2.3.]",
	} {
		if validAuthority([]byte(s)) {
			t.Errorf("%q passes", s)
		}
	}
}
