package httpconn

// Content that no handler asked for is skipped, so that the next request is not
// parsed out of it (RFC 9112 §9.3: read the entire content or close).

import "brigade/core/http1"

// Content is what is left of a request's content.
type Content struct {
	left    int64 // of a content with a length
	allowed int64 // of chunked content, how much more may come
	chunked bool
	wanted  bool // by the handler
	whole   bool // all of what is wanted has come
	decoder http1.Chunked
}

// Expect sets what follows the head just parsed. False: more than limit bytes
// were announced.
func (c *Conn) Expect(limit int64) bool {
	r := &c.X.Request
	if !r.HasContent() {
		return true
	}
	c.Content = Content{chunked: r.Chunked, left: max(r.ContentLength, 0), allowed: limit}
	return r.ContentLength <= limit
}

// Discard skips buffered content. done: none is left to come. An error means
// that the connection cannot be used further.
func (c *Conn) Discard() (done bool, e *http1.Error) {
	k := &c.Content
	k.decoder.Keep(nil)
	if !k.chunked {
		k.left -= c.Skip(k.left)
		return k.left == 0, nil
	}
	for c.Buffered() > 0 {
		data, n, done, e := k.decoder.Next(c.Unparsed())
		c.Skip(int64(n))
		if e != nil {
			return false, e
		}
		if k.allowed -= int64(len(data)); k.allowed < 0 {
			return false, http1.ErrContentTooLarge
		}
		if done {
			c.Content = Content{}
			return true, nil
		}
		if n == 0 {
			break
		}
	}
	return false, nil
}

// Keep has t keep the trailers of the content that is expected, if it has any.
func (c *Conn) Keep(t *http1.Trailers) {
	t.Begin(c.X.Request.Fields)
	c.Content.decoder.Keep(t)
}

// Forget gives up on content: the connection closes without reading it.
func (k *Content) Forget() { *k = Content{} }

// Pending reports whether content is still to come.
func (k *Content) Pending() bool { return k.chunked || k.left > 0 }
