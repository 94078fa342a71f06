package invariants

// Framing: where a message ends, as net/http has it (RFC 9112 §6.3). Clients ask
// for the same few things over and over, so each head is parsed once.

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httputil"
)

// framing is what a head says of the content behind it.
type framing struct {
	ok   bool
	body int64 // bytes; chunkedBody: in chunks
}

// chunkedBody stands for content in chunks.
const chunkedBody = -1

// mostHeads bounds how many heads are remembered.
const mostHeads = 4096

// framing says what follows head.
func (i *input) framing(head []byte) framing {
	f, known := i.heads[string(head)]
	if known {
		return f
	}
	if len(i.heads) >= mostHeads {
		clear(i.heads)
	}
	q, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(head)))
	f = framing{ok: err == nil}
	if err == nil {
		if f.body = q.ContentLength; len(q.TransferEncoding) > 0 {
			f.body = chunkedBody
		}
	}
	i.heads[string(head)] = f
	return f
}

// chunks is the length of the chunked content that b begins with; 0: it is not
// complete. False: it is none.
func chunks(b []byte) (int, bool) {
	source := bytes.NewReader(b)
	in := bufio.NewReader(source)
	switch _, err := io.Copy(io.Discard, httputil.NewChunkedReader(in)); {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return 0, true
	case err != nil:
		return 0, false
	}
	at := len(b) - source.Len() - in.Buffered()
	for { // the trailer section ends with an empty line
		end := bytes.Index(b[at:], []byte("\r\n"))
		if end < 0 {
			return 0, true
		}
		if at += end + 2; end == 0 {
			return at, true
		}
	}
}

// emptyLines is the length of the empty lines that b begins with, which a server
// overlooks before a request line (RFC 9112 §2.2).
func emptyLines(b []byte) (n int) {
	for bytes.HasPrefix(b[n:], []byte("\r\n")) {
		n += 2
	}
	return n
}
