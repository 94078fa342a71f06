package http1

// Status codes and their reason phrases, RFC 9110 §15, RFC 6585, and the status
// lines made of them, ready to be copied.

// base is the lowest status code.
const base = 100

// statusLines has the line of code c at c-base, or nothing.
var statusLines = [412]string{
	100 - base: "HTTP/1.1 100 Continue\r\n",
	101 - base: "HTTP/1.1 101 Switching Protocols\r\n",
	200 - base: "HTTP/1.1 200 OK\r\n",
	201 - base: "HTTP/1.1 201 Created\r\n",
	202 - base: "HTTP/1.1 202 Accepted\r\n",
	204 - base: "HTTP/1.1 204 No Content\r\n",
	205 - base: "HTTP/1.1 205 Reset Content\r\n",
	206 - base: "HTTP/1.1 206 Partial Content\r\n",
	300 - base: "HTTP/1.1 300 Multiple Choices\r\n",
	301 - base: "HTTP/1.1 301 Moved Permanently\r\n",
	302 - base: "HTTP/1.1 302 Found\r\n",
	303 - base: "HTTP/1.1 303 See Other\r\n",
	304 - base: "HTTP/1.1 304 Not Modified\r\n",
	307 - base: "HTTP/1.1 307 Temporary Redirect\r\n",
	308 - base: "HTTP/1.1 308 Permanent Redirect\r\n",
	400 - base: "HTTP/1.1 400 Bad Request\r\n",
	401 - base: "HTTP/1.1 401 Unauthorized\r\n",
	403 - base: "HTTP/1.1 403 Forbidden\r\n",
	404 - base: "HTTP/1.1 404 Not Found\r\n",
	405 - base: "HTTP/1.1 405 Method Not Allowed\r\n",
	406 - base: "HTTP/1.1 406 Not Acceptable\r\n",
	408 - base: "HTTP/1.1 408 Request Timeout\r\n",
	409 - base: "HTTP/1.1 409 Conflict\r\n",
	410 - base: "HTTP/1.1 410 Gone\r\n",
	411 - base: "HTTP/1.1 411 Length Required\r\n",
	412 - base: "HTTP/1.1 412 Precondition Failed\r\n",
	413 - base: "HTTP/1.1 413 Content Too Large\r\n",
	414 - base: "HTTP/1.1 414 URI Too Long\r\n",
	415 - base: "HTTP/1.1 415 Unsupported Media Type\r\n",
	416 - base: "HTTP/1.1 416 Range Not Satisfiable\r\n",
	417 - base: "HTTP/1.1 417 Expectation Failed\r\n",
	421 - base: "HTTP/1.1 421 Misdirected Request\r\n",
	422 - base: "HTTP/1.1 422 Unprocessable Content\r\n",
	425 - base: "HTTP/1.1 425 Too Early\r\n",
	426 - base: "HTTP/1.1 426 Upgrade Required\r\n",
	428 - base: "HTTP/1.1 428 Precondition Required\r\n",
	429 - base: "HTTP/1.1 429 Too Many Requests\r\n",
	431 - base: "HTTP/1.1 431 Request Header Fields Too Large\r\n",
	500 - base: "HTTP/1.1 500 Internal Server Error\r\n",
	501 - base: "HTTP/1.1 501 Not Implemented\r\n",
	502 - base: "HTTP/1.1 502 Bad Gateway\r\n",
	503 - base: "HTTP/1.1 503 Service Unavailable\r\n",
	504 - base: "HTTP/1.1 504 Gateway Timeout\r\n",
	505 - base: "HTTP/1.1 505 HTTP Version Not Supported\r\n",
	507 - base: "HTTP/1.1 507 Insufficient Storage\r\n",
	511 - base: "HTTP/1.1 511 Network Authentication Required\r\n",
}

func statusLine(status int) string {
	if i := status - 100; i >= 0 && i < len(statusLines) {
		return statusLines[i]
	}
	return ""
}

// StatusText is a status code's reason phrase, or empty.
func StatusText(status int) string {
	if line := statusLine(status); line != "" {
		return line[len("HTTP/1.1 200 ") : len(line)-2]
	}
	return ""
}

// NoContent reports whether a response with this status has no content, whatever
// its fields say (RFC 9112 §6.3 item 1). So has any response to HEAD.
func NoContent(status int) bool { return status < 200 || status == 204 || status == 304 }
