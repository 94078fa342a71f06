package http1

// The response to a refusal: one line of plain text that names the thing, the
// rule and the clause, so that whoever sent the request can mend it.

// AppendErrorBody appends the line, such as
//
//	400 Bad Request: a line ends with LF alone; lines end with CRLF (RFC 9112 §2.2)
func AppendErrorBody(dst []byte, e *Error) []byte {
	dst = AppendInt(dst, int64(e.Status))
	dst = append(append(append(dst, ' '), StatusText(e.Status)...), ": "...)
	dst = append(append(dst, e.Reason...), " ("...)
	return append(append(dst, e.Clause...), ")\n"...)
}

// errorBodyLen is the length of what AppendErrorBody appends.
func errorBodyLen(e *Error) int {
	return len("400 ") + len(StatusText(e.Status)) + len(": ") + len(e.Reason) + len(" (") + len(e.Clause) + len(")\n")
}

// ErrorResponse is what AppendErrorResponse needs to know beside the error.
type ErrorResponse struct {
	Now   int64  // seconds since 1970, for Date
	Allow string // with 405, the methods that are allowed (RFC 9110 §15.5.6)
	Head  bool   // the request is HEAD: no body
	Close bool   // the connection closes after it, as after every error of Parse
	Retry int64  // with 503, seconds for Retry-After; 0 for none
}

// AppendErrorResponse appends a whole response.
func AppendErrorResponse(dst []byte, e *Error, o ErrorResponse) []byte {
	dst = AppendStatusLine(dst, e.Status)
	dst = AppendFieldDate(dst, "Date", o.Now)
	if o.Allow != "" {
		dst = AppendFieldString(dst, "Allow", o.Allow)
	}
	if o.Retry > 0 {
		dst = AppendFieldInt(dst, "Retry-After", o.Retry)
	}
	dst = append(dst, "Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n"...)
	dst = AppendContentLength(dst, int64(errorBodyLen(e)))
	if o.Close {
		dst = append(dst, "Connection: close\r\n"...)
	}
	dst = AppendEnd(dst)
	if o.Head {
		return dst
	}
	return AppendErrorBody(dst, e)
}
