package http1

// Methods, RFC 9110 §9.3 and RFC 5789. They are case-sensitive (§9.1): "get" is
// a token, so it is well formed, but it is no method that this server knows.

// Method is a request's method as far as it is known.
type Method uint8

// The methods. Other is any other token; Request.MethodName has its bytes.
const (
	NoMethod Method = iota // of a Request that holds none
	GET
	HEAD
	POST
	PUT
	DELETE
	OPTIONS
	TRACE
	CONNECT
	PATCH
	Other
)

var methodNames = [...]string{"", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH", "(other)"}

// String is the method's name, "(other)" for Other, and empty for NoMethod.
func (m Method) String() string {
	if int(m) < len(methodNames) {
		return methodNames[m]
	}
	return "(invalid)"
}

// Safe reports whether the method asks for no change (RFC 9110 §9.2.1).
func (m Method) Safe() bool { return m == GET || m == HEAD || m == OPTIONS || m == TRACE }

// Idempotent reports whether repeating the request has the effect of sending it
// once (RFC 9110 §9.2.2), so that a proxy may retry it.
func (m Method) Idempotent() bool { return m.Safe() || m == PUT || m == DELETE }

// methodOf recognises a token.
func methodOf(token []byte) Method {
	switch string(token) {
	case "GET":
		return GET
	case "HEAD":
		return HEAD
	case "POST":
		return POST
	case "PUT":
		return PUT
	case "DELETE":
		return DELETE
	case "OPTIONS":
		return OPTIONS
	case "TRACE":
		return TRACE
	case "CONNECT":
		return CONNECT
	case "PATCH":
		return PATCH
	}
	return Other
}
