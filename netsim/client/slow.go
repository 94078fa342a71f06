package client

// Clients that are slow: they write in small pieces, read in small pieces, or read
// nothing for a while.

import (
	"time"

	"brigade/core/rt"
)

// Pace is how slowly a Slow client writes and reads.
type Pace struct {
	Write      int           // bytes at a time; 0: all at once
	WritePause time.Duration // between them
	Read       int           // bytes at a time; 0: as they come
	ReadPause  time.Duration // before each
}

// Slow asks for one file at this pace. A server may time it out: then the error's
// kind is Silent, Truncated or Reset, or the status 408 with close was right.
func (c *Client) Slow(p Pace) error {
	conn, err := c.Dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	f := c.file()
	conn.Chunk, conn.Pause = p.Read, p.ReadPause
	request := c.Get(f.Target, "Connection: close")
	if p.Write > 0 {
		err = conn.SendSlowly(request, p.Write, p.WritePause)
	} else {
		err = conn.Send(request)
	}
	if err != nil {
		return err
	}
	w := f.want()
	r, err := conn.Response(Want{Close: true})
	if err != nil {
		return err
	}
	if r.Status != 408 {
		if err := conn.compare(r, w); err != nil {
			return err
		}
	}
	return conn.NothingMore(true, true)
}

// Dribbling sends k requests in one run of bytes, chunk at a time, and expects the
// answers in order, as if they had come whole.
func (c *Client) Dribbling(k, chunk int) error {
	conn, err := c.Dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	var all []byte
	files := make([]File, k)
	for i := range files {
		files[i] = c.file()
		all = append(all, c.Get(files[i].Target)...)
	}
	if err := conn.SendSlowly(all, chunk, 1); err != nil {
		return err
	}
	for _, f := range files {
		r, err := conn.Response(f.want())
		if err != nil {
			return err
		}
		if r.Close {
			return conn.NothingMore(true, true)
		}
	}
	return conn.NothingMore(false, false)
}

// Stalling asks for k files and reads nothing for a while, so that the answers
// fill every buffer on the way and the window closes; then it reads a little at a
// time. A server may give up on it meanwhile: then the error's kind is Truncated,
// Silent or Reset.
func (c *Client) Stalling(k int, stay time.Duration, sip int) error {
	conn, err := c.Dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	files := make([]File, k)
	for i := range files {
		files[i] = c.file()
		if err := conn.Send(c.Get(files[i].Target)); err != nil {
			return err
		}
	}
	rt.Sleep(stay)
	conn.Chunk, conn.Pause = sip, 1
	for _, f := range files {
		r, err := conn.Response(f.want())
		if err != nil {
			return err
		}
		if r.Close {
			return conn.NothingMore(true, true)
		}
	}
	return conn.NothingMore(false, false)
}
