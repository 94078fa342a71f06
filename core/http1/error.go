package http1

// A refusal: the status to answer with, the rule that was broken and the clause
// it stands in. Every Error is made once, at package level, and never changed, so
// refusing costs no allocation, and two refusals are the same if their pointers
// are.

// Error is why a request is refused. It is read-only.
type Error struct {
	Status int    // the response's status code
	Clause string // where the rule stands, such as "RFC 9112 §3.2"
	Reason string // the thing and the rule, in one line of ASCII
}

// Error is the reason followed by the clause.
func (e *Error) Error() string { return e.Reason + " (" + e.Clause + ")" }

// Refusals that the layers above this package need; it does not return them itself.
var (
	ErrForbidden        = &Error{403, "RFC 9110 §15.5.4", "the server may not give this resource away"}
	ErrConnectContent   = &Error{400, "RFC 9110 §9.3.6", "a CONNECT request has no content; what follows it is the tunnel's"}
	ErrConnectTarget    = &Error{403, "RFC 9110 §9.3.6", "this server does not connect to that address"}
	ErrNotFound         = &Error{404, "RFC 9110 §15.5.5", "there is nothing at this path"}
	ErrMethodNotAllowed = &Error{405, "RFC 9110 §15.5.6", "this resource does not take this method"}
	ErrTimeout          = &Error{408, "RFC 9110 §15.5.9", "the request did not arrive in time"}
	ErrPrecondition     = &Error{412, "RFC 9110 §13.2.2", "a precondition of the request is false"}
	ErrContentTooLarge  = &Error{413, "RFC 9110 §15.5.14", "the content is larger than the server accepts"}
	ErrTrailersTooLarge = &Error{431, "RFC 9112 §7.1.2", "the trailer section is larger than the server accepts"}
	ErrHeadTooLarge     = &Error{431, "RFC 6585 §5", "the request head is larger than the server accepts"}
	ErrRange            = &Error{416, "RFC 9110 §15.5.17", "no requested range overlaps the representation"}
	ErrInternal         = &Error{500, "RFC 9110 §15.6.1", "the server failed to answer"}
	ErrMethodUnknown    = &Error{501, "RFC 9110 §9.1", "the server knows no such method"}
	ErrBadGateway       = &Error{502, "RFC 9110 §15.6.3", "the backend could not be reached, or gave no valid response"}
	ErrOverloaded       = &Error{503, "RFC 9110 §15.6.4", "the server is at its limit; try again later"}
	ErrGatewayTimeout   = &Error{504, "RFC 9110 §15.6.5", "the backend did not answer in time"}
)

// Refusals of a line as such.
var (
	errEmptyLines = &Error{400, "RFC 9112 §2.2", "more than two empty lines come before the request line"}
	errBareLF     = &Error{400, "RFC 9112 §2.2", "a line ends with LF alone; lines end with CRLF"}
	errBareCR     = &Error{400, "RFC 9112 §2.2", "a CR stands without LF"}
	errHeadLarge  = ErrHeadTooLarge
	errFieldCount = &Error{431, "RFC 6585 §5", "the request has more fields than the server accepts"}
)

// Refusals of a request line.
var (
	errMethod      = &Error{400, "RFC 9110 §9.1", "the method is not a token"}
	errLineSpace   = &Error{400, "RFC 9112 §3", "the parts of the request line are separated by single spaces and nothing else"}
	errNoVersion   = &Error{400, "RFC 9112 §3", "the request line has no protocol version; HTTP/0.9 is not spoken here"}
	errProtocol    = &Error{400, "RFC 9112 §2.3", "the protocol version is not HTTP/ digit dot digit"}
	errVersion     = &Error{505, "RFC 9110 §15.6.6", "only major version 1 of HTTP is spoken on this connection"}
	errTargetLong  = &Error{414, "RFC 9112 §3", "the request line is longer than the server accepts"}
	errTargetEmpty = &Error{400, "RFC 9112 §3.2", "the request target is empty"}
	errTargetByte  = &Error{400, "RFC 9112 §3.2", "the request target has a byte that no URI may hold; encode it with percent"}
	errTargetForm  = &Error{400, "RFC 9112 §3.2", "the request target has none of the four forms"}
	errScheme      = &Error{400, "RFC 9112 §3.2.2", "a target in absolute form has scheme http or https here"}
	errUserinfo    = &Error{400, "RFC 9110 §4.2.4", "the target names a user; that is how hosts are disguised"}
	errAuthority   = &Error{400, "RFC 9112 §3.2.2", "the target's authority is not host or host:port"}
	errConnect     = &Error{400, "RFC 9112 §3.2.3", "the target of CONNECT is host:port"}
	errAsterisk    = &Error{400, "RFC 9112 §3.2.4", "only OPTIONS takes the target *"}
	errEscape      = &Error{400, "RFC 3986 §2.1", "a percent sign in the path is not followed by two hexadecimal digits"}
)

// Refusals of field lines.
var (
	errFold       = &Error{400, "RFC 9112 §5.2", "a field line starts with whitespace; folded lines are not accepted"}
	errNameSpace  = &Error{400, "RFC 9112 §5.1", "whitespace stands between a field's name and its colon"}
	errNameEmpty  = &Error{400, "RFC 9112 §5", "a field has no name"}
	errName       = &Error{400, "RFC 9110 §5.1", "a field's name is not a token"}
	errNoColon    = &Error{400, "RFC 9112 §5", "a field line has no colon"}
	errValue      = &Error{400, "RFC 9110 §5.5", "a field's value has a control character"}
	errRepeated   = &Error{400, "RFC 9110 §5.3", "a field that may stand once is repeated"}
	errHostNone   = &Error{400, "RFC 9112 §3.2", "an HTTP/1.1 request has a Host field, and this one has none"}
	errHostTwice  = &Error{400, "RFC 9112 §3.2", "a request has at most one Host field"}
	errHostValue  = &Error{400, "RFC 9112 §3.2", "the Host field is not host or host:port"}
	errExpect     = &Error{417, "RFC 9110 §10.1.1", "the only expectation known is 100-continue"}
	errLengthForm = &Error{400, "RFC 9112 §6.3", "Content-Length is not one decimal number below 2 to the 63"}
	errLengthMany = &Error{400, "RFC 9112 §6.3", "Content-Length is repeated"}
	errLengthTE   = &Error{400, "RFC 9112 §6.1", "Content-Length and Transfer-Encoding do not go together"}
	errCoding10   = &Error{400, "RFC 9112 §6.1", "HTTP/1.0 has no Transfer-Encoding"}
	errCodingMany = &Error{400, "RFC 9112 §6.1", "Transfer-Encoding is repeated"}
	errCodingForm = &Error{400, "RFC 9112 §6.3", "a request's transfer coding ends with chunked, once and without parameters"}
	errCoding     = &Error{501, "RFC 9112 §6.1", "the only transfer coding known is chunked"}
)

// Refusals of what a backend answered. The client hears of the status alone.
var (
	errAnswerLine    = &Error{502, "RFC 9112 §4", "the status line is not HTTP/1.x, a status of three digits and a reason"}
	errAnswerStatus  = &Error{502, "RFC 9110 §15", "the status is not a number from 100 to 599"}
	errAnswerField   = &Error{502, "RFC 9112 §5", "a line of the response head is not a name, a colon and a value"}
	errAnswerFields  = &Error{502, "RFC 9112 §5", "the response has more fields than the server accepts"}
	errAnswerLarge   = &Error{502, "RFC 9112 §5", "the response head is larger than the server accepts"}
	errAnswerFraming = &Error{502, "RFC 9112 §6.3", "the response has more than one field that says where it ends"}
	errAnswerLength  = &Error{502, "RFC 9112 §6.3", "Content-Length is not one decimal number, or there can be no content"}
	errAnswerCoding  = &Error{502, "RFC 9112 §6.1", "the response's transfer coding is not chunked alone, or it may have none"}
)

// Refusals of chunked content.
var (
	errChunkSize    = &Error{400, "RFC 9112 §7.1", "a chunk's size is not hexadecimal digits"}
	errChunkLarge   = &Error{400, "RFC 9112 §7.1", "a chunk's size does not fit in 63 bits and 16 digits"}
	errChunkExt     = &Error{400, "RFC 9112 §7.1.1", "a chunk extension has a byte it may not have"}
	errChunkExtLong = &Error{400, "RFC 9112 §7.1.1", "chunk extensions are longer than the server accepts"}
	errChunkEnd     = &Error{400, "RFC 9112 §7.1", "a chunk's data is not followed by CRLF"}
	errTrailerField = &Error{400, "RFC 9110 §6.5.1", "a trailer says how long the content is, how it is coded or for which host it is"}
	errTrailerLarge = ErrTrailersTooLarge
)

// Refusals of paths.
var (
	errPathForm      = &Error{400, "RFC 9112 §3.2.1", "the path does not start with a slash"}
	errPathNUL       = &Error{400, "RFC 3986 §7.3", "the path has an encoded NUL"}
	errPathSeparator = &Error{404, "RFC 3986 §2.2", "the path has an encoded slash or backslash, which no name here has"}
	errPathRoot      = &Error{400, "RFC 3986 §5.2.4", "the path climbs above the root"}
)
