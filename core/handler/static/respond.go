package static

import (
	"brigade/core/exchange"
	"brigade/core/http1"
	"brigade/core/rt"
	"brigade/core/sys"
)

// content is where a response's bytes come from: a cached body, or an open file,
// whose descriptor goes with the last bucket made of it.
type content struct {
	body   []byte
	kernel sys.Kernel // nil: the content is body
	fd     sys.FD
}

// put queues a part; last: nothing more is asked for.
func (c *content) put(x *exchange.Exchange, off, length int64, last bool) {
	if c.kernel != nil {
		x.File(c.fd, off, length, last)
		return
	}
	x.Shared(c.body[off : off+length])
}

// drop is called instead of put if nothing is asked for.
func (c *content) drop() {
	if c.kernel != nil {
		c.kernel.Close(c.fd)
	}
}

// respond answers x with a file, or the part of it that was asked for.
func respond(x *exchange.Exchange, m *meta, c *content) {
	switch x.Request.Evaluate(m.etag, m.modified, x.Now) {
	case http1.NotModified:
		c.drop()
		x.Begin(304)
		x.Lines(m.lines)
		x.End()
		return
	case http1.PreconditionFailed:
		c.drop()
		refuse(x, http1.ErrPrecondition)
		return
	case http1.Proceed:
		if x.Request.Range != nil && ranges(x, m, c) {
			return
		}
	case http1.IgnoreRange:
	}
	x.Begin(200)
	x.Field("Content-Type", m.contentType)
	x.Lines(m.lines)
	x.ContentLength(m.size)
	x.End()
	if x.Request.Method == http1.HEAD || m.size == 0 {
		c.drop()
		return
	}
	c.put(x, 0, m.size, true)
}

// ranges answers a request for parts; false: it has to be the whole.
func ranges(x *exchange.Exchange, m *meta, c *content) bool {
	var store [http1.MaxRanges]http1.Range
	list, verdict := http1.ParseRange(x.Request.Range, m.size, store[:0])
	switch verdict {
	case http1.RangeIgnored:
		return false
	case http1.RangeUnsatisfiable:
		c.drop()
		x.Begin(416)
		x.Append(func(dst []byte) []byte {
			dst = append(dst, "Content-Range: "...)
			return append(http1.AppendUnsatisfied(dst, m.size), "\r\n"...)
		})
		x.ContentLength(0)
		x.End()
		return true
	case http1.RangePartial:
	}
	if len(list) == 1 {
		single(x, m, c, list[0])
	} else {
		multiple(x, m, c, list)
	}
	return true
}

func single(x *exchange.Exchange, m *meta, c *content, r http1.Range) {
	x.Begin(206)
	x.Field("Content-Type", m.contentType)
	x.Lines(m.lines)
	x.Append(func(dst []byte) []byte {
		dst = append(dst, "Content-Range: "...)
		return append(http1.AppendContentRange(dst, r, m.size), "\r\n"...)
	})
	x.ContentLength(r.Length)
	x.End()
	c.put(x, r.Start, r.Length, true)
}

func multiple(x *exchange.Exchange, m *meta, c *content, list []http1.Range) {
	b := http1.Boundary(rt.Rand)
	x.Begin(206)
	x.Append(func(dst []byte) []byte {
		dst = append(dst, "Content-Type: "...)
		return append(http1.AppendMultipartType(dst, b), "\r\n"...)
	})
	x.Lines(m.lines)
	x.ContentLength(http1.MultipartLength(b, m.contentType, list, m.size))
	x.End()
	for i, r := range list {
		x.Append(func(dst []byte) []byte { return http1.AppendPartHead(dst, b, m.contentType, r, m.size) })
		c.put(x, r.Start, r.Length, i == len(list)-1)
	}
	x.Append(func(dst []byte) []byte { return http1.AppendPartsEnd(dst, b) })
}
