package http2

// Error codes (RFC 9113 §7), and the two scopes that an error has: a stream, or the
// connection, which a GOAWAY frame ends.

import "fmt"

// Code is an error code.
type Code uint32

// The codes.
const (
	NoError            Code = 0x0
	ProtocolError      Code = 0x1
	InternalError      Code = 0x2
	FlowControlError   Code = 0x3
	SettingsTimeout    Code = 0x4
	StreamClosed       Code = 0x5
	FrameSizeError     Code = 0x6
	RefusedStream      Code = 0x7
	Cancel             Code = 0x8
	CompressionError   Code = 0x9
	ConnectError       Code = 0xa
	EnhanceYourCalm    Code = 0xb
	InadequateSecurity Code = 0xc
	HTTP11Required     Code = 0xd
	codes              Code = 0xe
)

var codeNames = [codes]string{
	"NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
	"FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
	"INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
}

// String is the code's name in RFC 9113.
func (c Code) String() string {
	if c < codes {
		return codeNames[c]
	}
	return fmt.Sprintf("error code %#x", uint32(c))
}

// Error is what a peer did against the rules. It is read-only.
type Error struct {
	Code   Code
	Whole  bool   // the connection's; else one stream's
	Clause string // where the rule stands
	Reason string // the thing and the rule, in one line of ASCII
}

// Error is the reason followed by the clause and the code.
func (e *Error) Error() string {
	return e.Reason + " (" + e.Clause + ", " + e.Code.String() + ")"
}

// Errors of the connection.
var (
	errFraming      = &Error{ProtocolError, true, "RFC 9113 §4.1", "a frame's fields contradict its length or its stream"}
	errFrameSize    = &Error{FrameSizeError, true, "RFC 9113 §4.2", "a frame is longer than announced, or has not the length of its type"}
	errPreface      = &Error{ProtocolError, true, "RFC 9113 §3.4", "the preface is followed by something other than SETTINGS"}
	errCompression  = &Error{CompressionError, true, "RFC 9113 §4.3", "a field block cannot be decompressed"}
	errIdle         = &Error{ProtocolError, true, "RFC 9113 §5.1", "a frame is for a stream that has not begun"}
	errEven         = &Error{ProtocolError, true, "RFC 9113 §5.1.1", "a client's streams have odd numbers"}
	errPush         = &Error{ProtocolError, true, "RFC 9113 §8.4", "a client sends PUSH_PROMISE"}
	errReopened     = &Error{StreamClosed, true, "RFC 9113 §5.1", "HEADERS come on a stream that has ended"}
	errWindowWhole  = &Error{FlowControlError, true, "RFC 9113 §6.9", "more DATA comes than the connection's window has room for"}
	errWindowLarge  = &Error{FlowControlError, true, "RFC 9113 §6.9.1", "a window grows beyond 2 to the 31 less 1"}
	errSettingPush  = &Error{ProtocolError, true, "RFC 9113 §6.5.2", "SETTINGS_ENABLE_PUSH is 0 or 1"}
	errSettingFrame = &Error{ProtocolError, true, "RFC 9113 §6.5.2", "SETTINGS_MAX_FRAME_SIZE is 2 to the 14 up to 2 to the 24 less 1"}
	errDependsIdle  = &Error{ProtocolError, true, "RFC 7540 §5.3.1", "a stream depends on itself"}
	errPriority     = &Error{ProtocolError, true, "RFC 9218 §7.1", "PRIORITY_UPDATE is for a stream of its own connection, on stream 0"}
)

// Errors of a stream.
var (
	errEnded       = &Error{StreamClosed, false, "RFC 9113 §5.1", "a frame comes on a stream whose request has ended"}
	errRefused     = &Error{RefusedStream, false, "RFC 9113 §5.1.2", "there are as many streams as were announced"}
	errWindow      = &Error{FlowControlError, false, "RFC 9113 §6.9", "more DATA comes than the stream's window has room for"}
	errOverflow    = &Error{FlowControlError, false, "RFC 9113 §6.9.1", "a stream's window grows beyond 2 to the 31 less 1"}
	errIncrement   = &Error{ProtocolError, false, "RFC 9113 §6.9", "a WINDOW_UPDATE adds nothing"}
	errDependency  = &Error{ProtocolError, false, "RFC 7540 §5.3.1", "a stream depends on itself"}
	errTrailer     = &Error{ProtocolError, false, "RFC 9113 §8.1", "trailers do not end their stream"}
	errLength      = &Error{ProtocolError, false, "RFC 9113 §8.1.1", "the content is not as long as Content-Length says"}
	errUpper       = &Error{ProtocolError, false, "RFC 9113 §8.2.1", "a field's name is no token in lower case"}
	errValue       = &Error{ProtocolError, false, "RFC 9113 §8.2.1", "a field's value has a control character, or whitespace at an end"}
	errConnection  = &Error{ProtocolError, false, "RFC 9113 §8.2.2", "a field is about an HTTP/1.1 connection"}
	errTE          = &Error{ProtocolError, false, "RFC 9113 §8.2.2", "TE is trailers and nothing else"}
	errPseudo      = &Error{ProtocolError, false, "RFC 9113 §8.3", "a pseudo-header field is unknown, repeated, or out of its place"}
	errPseudoNone  = &Error{ProtocolError, false, "RFC 9113 §8.3.1", "a request has :method, :scheme and :path, and CONNECT :method and :authority alone"}
	errPath        = &Error{ProtocolError, false, "RFC 9113 §8.3.1", "a path begins with a slash, or is the asterisk of OPTIONS"}
	errHost        = &Error{ProtocolError, false, "RFC 9113 §8.3.1", "Host and :authority differ"}
	errLengthField = &Error{ProtocolError, false, "RFC 9113 §8.1.1", "Content-Length is not one decimal number"}
)
