package http1

// Chunked content, RFC 9112 §7.1, taken apart as it arrives.
//
//	size      hexadecimal digits           -> size, ext, sizeLF
//	ext       ";" up to CR                 -> ext, sizeLF
//	sizeLF    LF                           -> data, or line after the last chunk
//	data      size bytes                   -> data, dataCR
//	dataCR    CR                           -> dataLF
//	dataLF    LF                           -> size
//	line      first byte of a trailer line -> name, endLF
//	name      token up to ":"              -> name, value
//	value     field content up to CR       -> value, valueLF
//	valueLF   LF                           -> line
//	endLF     LF                           -> done
//	done
//	failed
//
// Every line ends with CRLF. Whitespace before a chunk extension is "bad" in the
// RFC and refused here. Extensions are checked and dropped, and so are trailers, unless
// somebody keeps them (Trailers); in a request one that frames it is refused. What is
// not data is bounded: a chunk may have 256 bytes of extensions, and over the
// whole content the overhead may outgrow the data by 16 KiB and no more, so that
// nobody can keep a server reading without sending anything; the trailer section
// has a limit of its own.

// chunkState is where in the list above a decoder stands.
type chunkState uint8

const (
	chunkSize chunkState = iota
	chunkExt
	chunkSizeLF
	chunkData
	chunkDataCR
	chunkDataLF
	chunkLine
	chunkName
	chunkValue
	chunkValueLF
	chunkEndLF
	chunkDone
	chunkFailed
)

const (
	maxChunkDigits  = 16
	maxChunkExt     = 256
	maxChunkExcess  = 16 << 10
	maxTrailerBytes = MaxTrailers
	// freeOverhead is the overhead of a chunk that is not held against its sender.
	freeOverhead = 16
)

// Chunked takes chunked content apart. The zero value stands at its start.
type Chunked struct {
	state   chunkState
	digits  uint8
	ext     uint16 // bytes of the current chunk's extensions
	size    int64  // of the chunk while it is read, then what is left of its data
	excess  int    // overhead so far beyond what the data pays for
	trailer int    // bytes of the trailer section
	named   uint8  // bytes of the trailer's name
	name    [17]byte
	kept    *Trailers // nil: trailers are dropped
	mild    bool      // as are those that would frame the message
	failure *Error
}

// Keep has t keep the trailers.
func (c *Chunked) Keep(t *Trailers) { c.kept = t }

// Keeps reports whether trailers are kept.
func (c *Chunked) Keeps() bool { return c.kept != nil }

// Answer says that the content is a response's. What a trailer could make of that is its
// sender's own loss: it is dropped, and the content, which is all there, is not refused.
func (c *Chunked) Answer() { c.mild = true }

// Next takes content from the start of b. data, perhaps empty, is a part of b
// that is content; n is how many bytes of b are used up, those of data included.
// Call it again with what is behind them until n is 0, which means that it needs
// more bytes, or done, which is when the last byte of the trailer section has
// been taken; what follows belongs to the next request. After an error it only
// returns that error.
func (c *Chunked) Next(b []byte) (data []byte, n int, done bool, e *Error) {
	for n < len(b) {
		if c.state == chunkData {
			k := min(c.size, int64(len(b)-n))
			data = b[n : n+int(k) : n+int(k)]
			if c.size -= k; c.size == 0 {
				c.state = chunkDataCR
			}
			return data, n + int(k), false, nil
		}
		if c.state == chunkDone {
			return nil, n, true, nil
		}
		e := c.step(b[n])
		if e != nil {
			c.state, c.failure = chunkFailed, e
			return nil, 0, false, e
		}
		n++
	}
	return nil, n, c.state == chunkDone, c.failure
}

// step takes one byte of what is not data.
func (c *Chunked) step(b byte) *Error {
	switch c.state {
	case chunkSize, chunkExt, chunkSizeLF:
		return c.sizeLine(b)
	case chunkDataCR:
		c.state = chunkDataLF
		return expect(b, '\r', errChunkEnd)
	case chunkDataLF:
		c.state = chunkSize
		return expect(b, '\n', errChunkEnd)
	case chunkFailed:
		return c.failure
	default:
		return c.trailerByte(b)
	}
}

func expect(b, want byte, e *Error) *Error {
	if b == want {
		return nil
	}
	return e
}

// sizeLine takes a byte of a chunk's first line.
func (c *Chunked) sizeLine(b byte) *Error {
	switch c.state {
	case chunkSize:
		return c.sizeByte(b)
	case chunkExt:
		switch {
		case b == '\r':
			c.state = chunkSizeLF
		case b == '\n':
			return errBareLF
		case b < 0x20 && b != '\t' || b == 0x7f:
			return errChunkExt
		case c.ext == maxChunkExt:
			return errChunkExtLong
		default:
			c.ext++
		}
		return nil
	}
	if b != '\n' {
		return errBareCR
	}
	return c.beginData()
}

func (c *Chunked) sizeByte(b byte) *Error {
	switch {
	case is(b, hexChar):
		if c.digits == maxChunkDigits || c.size > (1<<63-1)>>4 {
			return errChunkLarge
		}
		c.digits++
		c.size = c.size<<4 | int64(hexValue(b))
		return nil
	case c.digits == 0:
		return errChunkSize
	case b == '\r':
		c.state = chunkSizeLF
		return nil
	case b == ';':
		c.ext++
		c.state = chunkExt
		return nil
	case b == '\n':
		return errBareLF
	}
	return errChunkSize
}

// beginData settles a chunk's first line.
func (c *Chunked) beginData() *Error {
	c.excess += int(c.digits) + int(c.ext) + 4 - freeOverhead
	c.excess = max(0, c.excess-int(min(c.size, maxChunkExcess)))
	if c.excess > maxChunkExcess {
		return errChunkExtLong
	}
	c.digits, c.ext = 0, 0
	c.state = chunkData
	if c.size == 0 {
		c.state = chunkLine
	}
	return nil
}

// trailerByte takes a byte of the trailer section, RFC 9112 §7.1.2.
func (c *Chunked) trailerByte(b byte) *Error {
	if c.trailer++; c.trailer > maxTrailerBytes {
		return errTrailerLarge
	}
	from := c.state
	e := c.trailerState(b)
	if e == nil && c.kept != nil {
		c.kept.step(b, from, c.state)
	}
	return e
}

// trailerState is the state that follows.
func (c *Chunked) trailerState(b byte) *Error {
	switch c.state {
	case chunkLine:
		c.named = 0
		switch {
		case b == '\r':
			c.state = chunkEndLF
			return nil
		case isSpace(b):
			return errFold
		case b == ':':
			return errNameEmpty
		}
		c.state = chunkName
		return c.trailerName(b)
	case chunkName:
		if b == ':' {
			c.state = chunkValue
			return c.trailerMay()
		}
		return c.trailerName(b)
	case chunkValue:
		switch {
		case b == '\r':
			c.state = chunkValueLF
		case b == '\n':
			return errBareLF
		case b < 0x20 && b != '\t' || b == 0x7f:
			return errValue
		}
		return nil
	case chunkValueLF:
		c.state = chunkLine
		return expect(b, '\n', errBareCR)
	default: // chunkEndLF
		c.state = chunkDone
		return expect(b, '\n', errBareCR)
	}
}

// trailerMay refuses a trailer that would frame the request or tell where it goes, had it
// stood in the head (RFC 9110 §6.5.1): who merges trailers into heads would read another.
func (c *Chunked) trailerMay() *Error {
	if int(c.named) > len(c.name) || c.mild {
		return nil
	}
	for _, name := range [...]string{"host", "content-length", "transfer-encoding"} {
		if isName(c.name[:c.named], name) {
			return errTrailerField
		}
	}
	return nil
}

// trailerName takes a byte of a trailer's name, and keeps it if the name is short.
func (c *Chunked) trailerName(b byte) *Error {
	switch {
	case is(b, tokenChar):
		if int(c.named) < len(c.name) {
			c.name[c.named] = b
		}
		c.named = min(c.named+1, uint8(len(c.name))+1)
		return nil
	case b == '\n':
		return errBareLF
	case b == '\r':
		return errNoColon
	case isSpace(b):
		return errNameSpace
	}
	return errName
}

// hexValue is the value of a hexadecimal digit.
func hexValue(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	}
	return c - 'a' + 10
}
