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

// agreed is the answer of the backend that c's stream wants, which is in l.answer: its head
// is n bytes long.
func (l *loop) agreed(c *Conn, n int) step {
	r, t, status := c.stream, c.tunnel, l.answer.Status
	head, ok := l.translated(t)
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

// translated is the head of the answer as a stream has it. False: what it agrees to is not
// proven.
func (l *loop) translated(t *tunnel) (text []byte, ok bool) {
	a := &l.answer
	status, proven := a.Status, a.Status != 101 || t.key == ""
	if status == 101 {
		status = 200
	}
	text = http1.AppendStatusLine(text, status)
	for i := range a.Fields {
		f := &a.Fields[i]
		switch {
		case bytes.EqualFold(f.Name, []byte("Sec-WebSocket-Accept")):
			proven = proven || string(f.Value) == proof(t.key)
		case len(f.Name) > 8 && bytes.EqualFold(f.Name[:8], []byte("Content-")):
		default:
			text = http1.AppendField(text, string(f.Name), f.Value)
		}
	}
	return http1.AppendEnd(text), proven
}
