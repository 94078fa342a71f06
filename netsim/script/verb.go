package script

// The statements, in one table. HTTP/2's frames are statements beside send and expect
// (frame.go, expect_frame.go): a connection speaks what is said on it.

import (
	"fmt"
	"strings"
	"time"

	"brigade/netsim/client"
)

// Verb is a kind of statement.
type Verb struct {
	Name string
	Form string // how it is written
	Does string
	parse
}

// parse reads a statement's words. No action: it said something about the script.
type parse func(s *Script, w *words) (action, error)

// Verbs lists the statements.
func Verbs() []Verb {
	return []Verb{
		{"server", "server [store] [content=BYTES] SETTING=TIME...", "asks for a server with these timeouts: header-timeout, idle-timeout, write-timeout, body-timeout; with store, for one that keeps values below /values/; with content, for one that takes so much of it", parseServer},
		{"connect", "connect [NAME] [window=BYTES]", "opens a connection, which is the current one from now on", parseConnect},
		{"on", "on NAME", "makes another connection the current one", parseOn},
		{"send", "send STRING..., or lines of text below", "sends text; each line below ends with CRLF", parseSend},
		{"dribble", "dribble N STRING..., or lines of text below", "sends text N bytes at a time", parseDribble},
		{"pour", "pour N", "sends N bytes of content", parsePour},
		{"request", "request METHOD TARGET, with field lines below", "sends a request with Host: test and these fields", parseRequest},
		{"expect", expectForm, "reads a response and holds it against this; its framing is judged in any case", parseExpect},
		{"expect-close", "expect-close", "nothing more comes but the end, without a reset", parseEnd(endClosed)},
		{"expect-reset", "expect-reset", "a reset ends the connection, whatever comes before it", parseEnd(endReset)},
		{"expect-cut", "expect-cut", "the connection ends in any way, whatever comes before it", parseEnd(endAny)},
		{"expect-open", "expect-open", "the connection serves: GET /hello.txt is answered", parseOpen},
		{"stall", "stall [end]", "keeps still until bytes come or the connection ends; with end, until it ends", parseStall},
		{"receive", "receive N", "waits until N bytes are there, and leaves them for the next expect", parseReceive},
		{"sip", "sip N", "from now on reads at most N bytes at a time", parseSip},
		{"half-close", "half-close", "says that nothing more will be sent", plain(func(r *run) error { return r.conn.CloseWrite() })},
		{"reset", "reset", "ends the connection with a reset", plain(func(r *run) error { r.conn.Reset(); return nil })},
		{"close", "close", "ends the connection", plain(func(r *run) error { r.conn.Close(); return nil })},
		{"frame", frameForm, "sends a frame of HTTP/2", parseFrame},
		{"expect-frame", expectFrameForm, "reads frames of HTTP/2 until one is of this kind, and holds it against this", parseExpectFrame},
		{"drain", "drain", "tells the server to finish what it has begun and end", parseDrain},
	}
}

func verbNamed(name string) (Verb, bool) {
	for _, v := range Verbs() {
		if v.Name == name {
			return v, true
		}
	}
	return Verb{}, false
}

func verbNames() (names []string) {
	for _, v := range Verbs() {
		names = append(names, v.Name)
	}
	return names
}

// on wraps an action that needs a connection.
func on(act action) action {
	return func(r *run) error {
		if r.conn == nil {
			return fmt.Errorf("there is no connection yet; connect makes one")
		}
		return act(r)
	}
}

// plain is the parser of a statement without words.
func plain(act action) parse {
	return func(*Script, *words) (action, error) { return on(act), nil }
}

func parseServer(s *Script, w *words) (action, error) {
	if len(s.statements) > 0 {
		return nil, fmt.Errorf("it stands before every other statement")
	}
	for first := true; first || len(w.list) > 0; first = false {
		text, err := w.next("a setting")
		if err == nil {
			err = s.Settings.set(text)
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func parseConnect(_ *Script, w *words) (action, error) {
	name, window := "", 0
	for len(w.list) > 0 {
		text := w.optional()
		if value, found := strings.CutPrefix(text, "window="); found {
			w.list = append([]word{{text: value}}, w.list...)
			n, err := w.number("window", 1)
			if err != nil {
				return nil, err
			}
			window = n
			continue
		}
		if name != "" {
			return nil, fmt.Errorf("%q is one word too many", text)
		}
		name = text
	}
	return func(r *run) error { return r.connect(name, window) }, nil
}

func parseOn(_ *Script, w *words) (action, error) {
	name, err := w.next("the name of a connection")
	return func(r *run) error {
		r.conn = r.conns[name]
		if r.conn == nil {
			return fmt.Errorf("there is no connection %q yet; connect %s makes it", name, name)
		}
		return nil
	}, err
}

func parseSend(_ *Script, w *words) (action, error) {
	b, err := w.text()
	return on(func(r *run) error { return r.conn.Send(b) }), err
}

func parseDribble(_ *Script, w *words) (action, error) {
	n, err := w.number("the number of bytes", 1)
	if err != nil {
		return nil, err
	}
	b, err := w.text()
	return on(func(r *run) error { return r.conn.SendSlowly(b, n, time.Nanosecond) }), err
}

func parsePour(_ *Script, w *words) (action, error) {
	n, err := w.number("the number of bytes", 1)
	return on(func(r *run) error { return r.conn.Send(fill(n)) }), err
}

func parseRequest(_ *Script, w *words) (action, error) {
	method, err := w.next("the method")
	if err != nil {
		return nil, err
	}
	target, err := w.next("the target")
	if err != nil {
		return nil, err
	}
	lines := append([]string{method + " " + target + " HTTP/1.1", "Host: test"}, w.take()...)
	text := []byte(strings.Join(append(lines, "", ""), "\r\n"))
	return on(func(r *run) error { return r.conn.Send(text) }), nil
}

func parseStall(_ *Script, w *words) (action, error) {
	end := w.optional()
	if end != "" && end != "end" {
		return nil, fmt.Errorf("%q: there may be nothing, or end", end)
	}
	return on(func(r *run) error { return r.conn.Stall(end == "end") }), nil
}

func parseReceive(_ *Script, w *words) (action, error) {
	n, err := w.number("the number of bytes", 1)
	return on(func(r *run) error { return r.conn.Receive(n) }), err
}

func parseSip(_ *Script, w *words) (action, error) {
	n, err := w.number("the number of bytes", 1)
	return on(func(r *run) error { r.conn.Chunk, r.conn.Pause = n, time.Nanosecond; return nil }), err
}

func parseDrain(*Script, *words) (action, error) {
	return func(r *run) error {
		if r.Drain == nil {
			return ErrNotOurs
		}
		return r.Drain()
	}, nil
}

func parseOpen(*Script, *words) (action, error) {
	file, _ := FileAt("/hello.txt")
	return on(func(r *run) error {
		if err := r.conn.Send([]byte("GET /hello.txt HTTP/1.1\r\nHost: test\r\n\r\n")); err != nil {
			return err
		}
		_, err := r.conn.Response(client.Want{Status: 200, Body: file})
		return err
	}), nil
}

// ending is a way for a connection to end.
type ending uint8

const (
	endClosed ending = iota
	endReset
	endAny
)

func parseEnd(want ending) parse {
	return plain(func(r *run) error {
		rest, reset, err := r.conn.Rest()
		switch {
		case err != nil:
			return err
		case want == endClosed && len(rest) > 0:
			return fmt.Errorf("before the end came %q", clip(string(rest)))
		case want == endClosed && reset:
			return fmt.Errorf("the connection was reset, not closed")
		case want == endReset && !reset:
			return fmt.Errorf("the connection was closed, not reset, after %d bytes", len(rest))
		}
		r.conn.Close()
		return nil
	})
}
