package stage

// What a backend answers to a stream that wants another protocol. It speaks HTTP/1.1 and
// knows nothing of streams, so its 101 becomes 200 (RFC 8441 §5), and its refusal goes on
// as status and fields, without content: nothing of HTTP/1.1's framing is for a stream.
// For WebSocket it is asked with a key, which streams do not have, and has to prove that
// it understood (RFC 6455 §4.1); it is the one thing of that protocol known here.

import (
	"bytes"
	"crypto/sha1" // RFC 6455 has it so; nothing is kept secret by it
	"encoding/base64"
	"encoding/binary"

	"brigade/core/http1"
	"brigade/core/http2"
	"brigade/core/rt"
)

// key is what a WebSocket backend is to prove its understanding by; empty: c's client has
// said one, or wants something else.
func (c *Conn) key() string {
	if c.stream == nil || !bytes.EqualFold(c.http.X.Request.Upgrade, []byte("websocket")) {
		return ""
	}
	var nonce [16]byte
	binary.LittleEndian.PutUint64(nonce[:8], rt.Rand())
	binary.LittleEndian.PutUint64(nonce[8:], rt.Rand())
	c.tunnel.key = base64.StdEncoding.EncodeToString(nonce[:])
	return c.tunnel.key
}

// proof is the answer to a key.
func proof(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// agreed is the answer of the backend that c's stream wants: its head is there.
func (l *loop) agreed(c *Conn, status int) step {
	r, t := c.stream, c.tunnel
	b := t.down.bytes()[t.scanned:]
	n := bytes.Index(b, []byte("\r\n\r\n")) + len("\r\n\r\n")
	head, ok := t.translated(b[:n], status)
	if !ok {
		return l.unreached(c, http1.ErrBadGateway)
	}
	if status == 101 {
		if t.down.from += t.scanned + n; t.down.size() == 0 {
			l.drop(&t.down)
		}
		l.unfold(r, head)
		return stepNone
	}
	l.sever(r)
	l.tell(r.parent, nil)
	r.headed = true
	r.parent.session.http2.Respond(r.http2, head, true)
	l.tell(r.parent, r)
	c.http.X.Status = status
	c.http.X.Finish()
	c.http.Record()
	p := r.parent
	l.release(r)
	l.stir(p)
	return stepNone
}

// translated is the head of a backend's answer as a stream has it. False: it is none.
func (t *tunnel) translated(head []byte, status int) (text []byte, ok bool) {
	line, rest, _ := bytes.Cut(head, []byte("\r\n"))
	if status == 101 {
		text = http1.AppendStatusLine(text, 200)
	} else {
		text = append(append(text, line...), "\r\n"...)
	}
	proven := status != 101 || t.key == ""
	for {
		line, rest, _ = bytes.Cut(rest, []byte("\r\n"))
		if len(line) == 0 {
			return append(text, "\r\n"...), proven
		}
		name, value, found := bytes.Cut(line, []byte(":"))
		value = bytes.Trim(value, " \t")
		switch {
		case !found || !http2.Proper(name, value):
			return nil, false
		case bytes.EqualFold(name, []byte("Sec-WebSocket-Accept")):
			proven = proven || string(value) == proof(t.key)
			continue
		case len(name) > 8 && bytes.EqualFold(name[:8], []byte("Content-")):
			continue
		}
		text = append(append(append(append(text, name...), ": "...), value...), "\r\n"...)
	}
}
