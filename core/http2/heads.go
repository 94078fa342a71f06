package http2

// Heads of responses, prepared. Handlers write heads in HTTP/1.1's form, and most write
// the same few again and again, but for the date. So what a head comes to is kept by its
// text: fields whose values come again on every connection, which go into the
// connection's table of field compression and from then on take a byte each, and all
// others, compressed without a table, so that the same bytes do for every session.
//
// A head has one place, by a checksum of its text; the next head that falls into it
// takes it, and the memory. So what is kept is bounded, and nothing is allocated once
// heads have come.

import (
	"bytes"
	"encoding/binary"

	"brigade/core/rt"
)

// lasting are the fields whose values come again.
var lasting = [...]string{"date", "server", "content-type", "accept-ranges", "vary", "cache-control", "content-encoding"}

// dateField is the place of date, whose value is no part of what heads are kept by.
const dateField = 0

// about are fields about an HTTP/1.1 connection, which are none of a stream's.
var about = [...]string{"connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-connection"}

// places is how many heads are kept.
const places = 256

// Heads belong to a task, and serve all of its sessions.
type Heads struct {
	list     [places]prepared
	literals literals
	text     []byte
	name     []byte
}

// prepared is a head that was prepared.
type prepared struct {
	text   []byte // without its date line
	status [3]byte
	values [len(lasting)]span // in text
	rest   []byte             // the other fields, compressed
}

// span is a part of a text; of no length: none.
type span struct{ from, to int }

// of returns the head that text is, prepared, and its date; nil: it has none.
func (h *Heads) of(text []byte) (p *prepared, date []byte) {
	const line, end = "\r\nDate: ", "\r\n"
	if from := bytes.Index(text, []byte(line)); from > 0 {
		rest := text[from+len(line):]
		if n := bytes.Index(rest, []byte(end)); n > 0 {
			h.text = append(append(h.text[:0], text[:from]...), rest[n:]...)
			text, date = h.text, rest[:n]
		}
	}
	p = &h.list[checksum(text)%places]
	if !bytes.Equal(p.text, text) {
		h.prepare(p, text)
	}
	return p, date
}

// checksum tells heads apart, most of the time.
func checksum(b []byte) uint32 {
	const prime = 0x9e3779b97f4a7c15
	sum := uint64(len(b))
	for len(b) >= 8 {
		sum = (sum ^ binary.LittleEndian.Uint64(b)) * prime
		sum ^= sum >> 29
		b = b[8:]
	}
	for _, c := range b {
		sum = (sum ^ uint64(c)) * prime
	}
	return uint32(sum >> 32)
}

// prepare makes p the head that text is.
func (h *Heads) prepare(p *prepared, text []byte) {
	line, rest := nextLine(text)
	if !isStatus(line) {
		rt.Bug("http2: a response has no status line: %q", line)
	}
	room := p.text[:0]
	if cap(room) > keep {
		room = nil
	}
	*p = prepared{text: append(room, text...), rest: p.rest[:0], status: [3]byte(line[9:12])}
	for {
		at := len(text) - len(rest)
		if line, rest = nextLine(rest); len(line) == 0 {
			return
		}
		colon := bytes.IndexByte(line, ':')
		if colon <= 0 {
			continue
		}
		value := bytes.TrimLeft(line[colon+1:], " ")
		at += len(line) - len(value)
		h.field(p, line[:colon], value, span{at, at + len(value)})
	}
}

// field adds a field, whose value stands there in the text.
func (h *Heads) field(p *prepared, name, value []byte, there span) {
	h.lower(name)
	for _, never := range about {
		if string(h.name) == never {
			return
		}
	}
	for i, known := range lasting {
		if string(h.name) == known && p.values[i].to == 0 {
			p.values[i] = there
			return
		}
	}
	p.rest = h.literals.append(p.rest, h.name, value)
}

// lower makes h's name that one, in lower case.
func (h *Heads) lower(name []byte) {
	h.name = h.name[:0]
	for _, c := range name {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		h.name = append(h.name, c)
	}
}

// trailers compresses lines behind b, without a table.
func (h *Heads) trailers(b, lines []byte) []byte {
	for line, rest := nextLine(lines); len(line) > 0; line, rest = nextLine(rest) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		h.lower(name)
		b = h.literals.append(b, h.name, bytes.Trim(value, " \t"))
	}
	return b
}

// isStatus reports whether line begins a response.
func isStatus(line []byte) bool {
	if len(line) < len("HTTP/1.1 200") {
		return false
	}
	for _, c := range line[9:12] {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// nextLine is the line at b's front, without its end, and what follows it.
func nextLine(b []byte) (line, rest []byte) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return nil, nil
	}
	return bytes.TrimSuffix(b[:i], []byte("\r")), b[i+1:]
}
