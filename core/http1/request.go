package http1

// A Request is filled by Parse and emptied by Reset. Its slices are parts of the
// buffer that was parsed: they die with those bytes. Its invariant: after Reset,
// and so before each Parse, it equals a new one, so that nothing of a request can
// be seen in the next. Room for fields is made as they come, since thousands of Requests
// may be held at a time, and few have many.

// MaxFields is the most fields a request may have.
const MaxFields = 64

// Field is one field line: the name as it was sent, and the value without the
// whitespace around it.
type Field struct {
	Name  []byte
	Value []byte
}

// Form is which of the four forms of RFC 9112 §3.2 a target has.
type Form uint8

// The forms of a request target.
const (
	NoForm        Form = iota // of a Request that holds none
	OriginForm                // /path?query
	AbsoluteForm              // http://host/path?query
	AuthorityForm             // host:port, with CONNECT
	AsteriskForm              // *, with OPTIONS
)

// Request is a parsed head and what its fields mean. The zero value is ready for
// Parse. It must not be copied, since Fields points into it.
type Request struct {
	Method     Method
	Form       Form
	Minor      uint8  // of HTTP/1.x: 0 or 1; a later minor version counts as 1 (RFC 9110 §2.5)
	MethodName []byte // as sent
	Target     []byte // as sent
	Path       []byte // of Target, still encoded; nil in forms without; empty means "/"
	Query      []byte // of Target, after the first '?'; nil without
	Host       []byte // of Target if that names one, else the Host field; nil without

	Fields []Field // in the order sent

	ContentLength  int64 // -1: none was sent. Zero also means no content, but was sent.
	Framed         bool  // by HTTP/2: the content has no framing here, and that of the response gets none
	Chunked        bool  // the content is chunked; ContentLength is then -1
	Close          bool  // Connection has close
	KeepAlive      bool  // Connection has keep-alive
	ExpectContinue bool  // the client waits for 100 before it sends the content
	TakesTrailers  bool  // TE has trailers: the client does not drop those of a response (RFC 9110 §10.1.4)

	// The fields that servers look at, nil when absent. Those that may be repeated
	// (If-Match, If-None-Match) are the first of their lines here.
	Range             []byte
	IfRange           []byte
	IfMatch           []byte
	IfNoneMatch       []byte
	IfModifiedSince   []byte
	IfUnmodifiedSince []byte
	Referer           []byte
	UserAgent         []byte
	Upgrade           []byte // only if Connection has upgrade, and in HTTP/1.1

	seen     fieldSet // fields met
	repeated fieldSet // fields met more than once
	excess   bool     // more fields than the limit
	framing  framing
	used     int     // entries of store that may be set
	store    []Field // it grows to what requests have had so far, and lasts
}

// framing is what the head says about the content, kept as sent until the whole
// head has been read, so that the order of lines does not change the verdict.
type framing struct {
	host    []byte
	length  []byte
	coding  []byte
	upgrade []byte
	expect  bool // an expectation of 100-continue
	unknown bool // an expectation of anything else
	switchy bool // Connection has upgrade

	nominates bool // Connection may name fields that are not of the hop by themselves
}

// Reset makes r equal to a new Request, but for the room that it has for fields.
func (r *Request) Reset() {
	clear(r.store[:r.used])
	r.used = 0
	r.Method, r.Form, r.Minor = NoMethod, NoForm, 0
	r.MethodName, r.Target, r.Path, r.Query, r.Host = nil, nil, nil, nil, nil
	r.Fields = nil
	r.ContentLength = 0
	r.Framed, r.Chunked, r.Close, r.KeepAlive, r.ExpectContinue, r.TakesTrailers = false, false, false, false, false, false
	r.Range, r.IfRange, r.IfMatch, r.IfNoneMatch = nil, nil, nil, nil
	r.IfModifiedSince, r.IfUnmodifiedSince = nil, nil
	r.Referer, r.UserAgent, r.Upgrade = nil, nil, nil
	r.seen, r.repeated, r.excess = 0, 0, false
	r.framing = framing{}
}

// Get is the value of the first field of that name, in any case, or nil.
func (r *Request) Get(name string) []byte {
	for i := range r.Fields {
		if equalFold(r.Fields[i].Name, name) {
			return r.Fields[i].Value
		}
	}
	return nil
}

// HasContent reports whether content follows the head (RFC 9112 §6.3).
func (r *Request) HasContent() bool { return r.Chunked || r.ContentLength > 0 }

// Persistent reports whether the client lets the connection stay open after the
// response (RFC 9112 §9.3). A server closes after a refusal whatever this says.
func (r *Request) Persistent() bool {
	switch {
	case r.Close:
		return false
	case r.Minor >= 1:
		return true
	}
	return r.KeepAlive
}
