package http1

// Writing a response: its head, line by line, and chunk framing. Each function
// appends to a buffer and returns it, so that a head is one run of bytes, copied
// from constants as far as it goes.
//
// Invariant: a field that is appended here is one line, whatever its value holds,
// so no value can add a field or end the head (RFC 9110 §5.5 has CR, LF and NUL
// in a value be replaced by SP).

import "strconv"

// Continue is the interim response that lets a client send its content, RFC 9110 §15.2.1.
const Continue = "HTTP/1.1 100 Continue\r\n\r\n"

// LastChunk ends chunked content without trailers.
const LastChunk = "0\r\n\r\n"

// AppendLastChunk appends the end of chunked content with trailers, whole lines.
func AppendLastChunk(dst, trailers []byte) []byte {
	return append(append(append(dst, "0\r\n"...), trailers...), "\r\n"...)
}

// AppendStatusLine appends the first line of a response. It says HTTP/1.1 to
// HTTP/1.0 clients as well (RFC 9110 §6.2: the server's own version).
func AppendStatusLine(dst []byte, status int) []byte {
	if line := statusLine(status); line != "" {
		return append(dst, line...)
	}
	dst = append(dst, "HTTP/1.1 "...)
	dst = append(dst, byte('0'+status/100%10), byte('0'+status/10%10), byte('0'+status%10))
	return append(dst, " \r\n"...)
}

// AppendField appends a field line. name is a token.
func AppendField(dst []byte, name string, value []byte) []byte {
	dst = append(append(dst, name...), ": "...)
	start := len(dst)
	dst = append(dst, value...)
	return endField(dst, start)
}

// AppendFieldString is AppendField for a string.
func AppendFieldString(dst []byte, name, value string) []byte {
	dst = append(append(dst, name...), ": "...)
	start := len(dst)
	dst = append(dst, value...)
	return endField(dst, start)
}

// endField makes the bytes from start on safe and ends the line.
func endField(dst []byte, start int) []byte {
	if value := dst[start:]; !validValue(value) {
		for i, c := range value {
			if c == '\r' || c == '\n' || c == 0 {
				value[i] = ' '
			}
		}
	}
	return append(dst, '\r', '\n')
}

// AppendFieldInt appends a field line with a number.
func AppendFieldInt(dst []byte, name string, value int64) []byte {
	dst = append(append(dst, name...), ": "...)
	return append(AppendInt(dst, value), '\r', '\n')
}

// AppendFieldDate appends a field line with a date, given in seconds since 1970.
func AppendFieldDate(dst []byte, name string, unix int64) []byte {
	dst = append(append(dst, name...), ": "...)
	return append(AppendDate(dst, unix), '\r', '\n')
}

// AppendContentLength appends Content-Length.
func AppendContentLength(dst []byte, length int64) []byte {
	dst = append(dst, "Content-Length: "...)
	return append(AppendInt(dst, length), '\r', '\n')
}

// AppendChunkedCoding appends Transfer-Encoding: chunked, which HTTP/1.0 clients
// must not be sent.
func AppendChunkedCoding(dst []byte) []byte {
	return append(dst, "Transfer-Encoding: chunked\r\n"...)
}

// AppendConnection appends what the response must say about the connection: that
// it closes, or, to an HTTP/1.0 client, that it does not (RFC 9112 §9.3).
func AppendConnection(dst []byte, r *Request, persistent bool) []byte {
	switch {
	case !persistent:
		return append(dst, "Connection: close\r\n"...)
	case r.Minor == 0:
		return append(dst, "Connection: keep-alive\r\n"...)
	}
	return dst
}

// AppendEnd appends the empty line that ends a head.
func AppendEnd(dst []byte) []byte { return append(dst, '\r', '\n') }

// AppendChunkHead appends the line before a chunk of size bytes, which is more
// than 0. Behind its bytes comes CRLF.
func AppendChunkHead(dst []byte, size int) []byte {
	return append(strconv.AppendUint(dst, uint64(size), 16), '\r', '\n')
}

// AppendInt appends a decimal number.
func AppendInt(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }
