package main

// The same over HTTP/2: a client that takes no memory. Its paths stand in the server's
// table of field compression from its first requests on, so that of a request nothing is
// literal, and what the server allocates for it is the Framer's.

import (
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
)

const (
	batch  = 16 // requests at a time
	tabled = 32 // paths that fit into a table of 4,096 bytes
)

// Frames of RFC 9113 §6.
const (
	frameHead    = 9
	frameData    = 0
	frameHeaders = 1
	frameUpdate  = 8
	endStream    = 1
	endHeaders   = 4
)

// frame appends a frame.
func frame(b []byte, kind, flags byte, stream uint32, payload ...byte) []byte {
	n := len(payload)
	b = append(b, byte(n>>16), byte(n>>8), byte(n), kind, flags)
	return append(binary.BigEndian.AppendUint32(b, stream), payload...)
}

// greet begins a session with windows that never close, and has the server know the paths.
func (c *client) greet() error {
	b := []byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	b = frame(b, 4, 0, 0, 0, 4, 0x7f, 0xff, 0xff, 0xff) // SETTINGS_INITIAL_WINDOW_SIZE
	c.stream = 1
	for i := range tabled {
		path := "/" + strings.Repeat("f", 1+i) + "-" + strconv.Itoa(i) + ".txt"
		block := append([]byte{0x82, 0x86, 0x44, byte(len(path))}, path...)
		if i == 0 {
			block = append(block, 0x41, 1, 'a') // :authority, the oldest entry
		} else {
			block = append(block, 0x80|byte(62+i))
		}
		b = frame(b, frameHeaders, endStream|endHeaders, c.stream, block...)
		c.stream += 2
	}
	if _, err := c.Write(b); err != nil {
		return err
	}
	return c.answers(tabled)
}

// multiplex asks for batch files at once, and reads the responses.
func (c *client) multiplex() error {
	b := c.buffer[:0]
	b = frame(b, frameUpdate, 0, 0, 0, 0x10, 0, 0)
	for range batch {
		// Of the paths in the table the newest is 62; behind the first stands :authority.
		i := c.next % tabled
		c.next++
		b = frame(b, frameHeaders, endStream|endHeaders, c.stream, 0x82, 0x86, 0x80|byte(place(i)), 0x80|byte(62+tabled-1))
		c.stream += 2
	}
	if _, err := c.Write(b); err != nil {
		return err
	}
	return c.answers(batch)
}

// place is where path i stands in the table, :authority having come behind the first.
func place(i int) int {
	if i == 0 {
		return 62 + tabled
	}
	return 62 + tabled - 1 - i
}

// answers reads until so many streams have ended.
func (c *client) answers(n int) error {
	have := 0
	for n > 0 {
		for have < frameHead {
			m, err := c.Read(c.buffer[have:])
			if err != nil {
				return err
			}
			have += m
		}
		b := c.buffer
		size := frameHead + (int(b[0])<<16 | int(b[1])<<8 | int(b[2]))
		if size > len(b) {
			return fmt.Errorf("a frame of %d bytes", size)
		}
		if have < size {
			m, err := io.ReadAtLeast(c, b[have:], size-have)
			if err != nil {
				return err
			}
			have += m
		}
		switch kind, flags := b[3], b[4]; {
		case kind == 3 || kind == 7:
			return fmt.Errorf("the server sends a frame of type %d", kind)
		case kind == frameHeaders && b[frameHead] != 0x88:
			return fmt.Errorf("a response begins with %#x; want status 200, 0x88", b[frameHead])
		case (kind == frameData || kind == frameHeaders) && flags&endStream != 0:
			n--
		}
		have = copy(b, b[size:have])
	}
	return nil
}
