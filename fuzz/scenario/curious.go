package scenario

// A client that asks for more than whole files: heads, parts, conditions, other
// methods, content that nobody wants. Each answer is known to the byte.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"

	"brigade/netsim/client"
	"brigade/sim"
)

// question is one request and the judgement of its answer.
type question struct {
	name  string
	ask   func(f client.File) (request string, want client.Want)
	judge func(f client.File, r *client.Response) error // nil: want says all
	ends  bool                                          // the connection closes after it
	spoil bool                                          // and answers nothing of what is behind it
}

// asked is a question with what was drawn for it.
type asked struct {
	question
	file    client.File
	request string
	want    client.Want
}

// curious asks n questions, in one go if they are short, or one by one.
func curious(n int) behaviour {
	return behaviour{"curious", n, func(c *client.Client) error {
		conn, err := c.Dial()
		if err != nil {
			return err
		}
		defer conn.Close()
		var list []asked
		var text []byte
		for n := upTo(n); len(list) < n; {
			a := asked{file: withBody(c.Files, sim.Choose("file", len(c.Files))), question: questions[sim.Choose("question", len(questions))]}
			a.request, a.want = a.ask(a.file)
			a.want.Also, a.want.File = a.file.Also, &a.file
			list = append(list, a)
			text = append(text, a.request...)
			if a.ends {
				break
			}
		}
		// A client that sends more than the buffers hold, and reads nothing
		// meanwhile, may wait for a server that waits for it.
		if glued := sim.Choose("glued", 2) == 1 && len(text) <= 500; glued {
			if err := conn.SendSlowly(text, 1+len(text)/2, 1); err != nil {
				return err
			}
		} else {
			text = nil
		}
		return answers(conn, list, text != nil)
	}}
}

// answers judges what comes, and asks, unless all was sent.
func answers(conn *client.Conn, list []asked, sent bool) error {
	for _, a := range list {
		if !sent {
			if err := conn.Send([]byte(a.request)); err != nil {
				return err
			}
		}
		r, err := conn.Response(a.want)
		if err == nil && a.judge != nil {
			err = a.judge(a.file, r)
		}
		if err != nil {
			return fmt.Errorf("%s of %s: %w", a.name, a.file.Target, err)
		}
		if r.Close || a.spoil {
			return conn.NothingMore(true, true)
		}
	}
	return nil
}

// withBody is the i-th file, or a later one, that exists and is not empty.
func withBody(files []client.File, i int) client.File {
	for len(files[i%len(files)].Body) == 0 {
		i++
	}
	return files[i%len(files)]
}

// What a client says of itself and of where it comes from: each byte that a log has to
// quote, and those beside it.
const (
	agent   = "!\"#[\\]~\t\x80\xff"
	referer = "\\x22 \" 0 \"-\""
)

func get(target, fields string) string {
	return "GET " + target + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n"
}

// plain makes a question whose answer is told by status alone, or with the file.
func plain(name string, status int, body bool, request func(f client.File) string) question {
	return question{name: name, ask: func(f client.File) (string, client.Want) {
		w := client.Want{Status: status}
		if body {
			w.Body = f.Body
		}
		return request(f), w
	}}
}

var questions = []question{
	{name: "HEAD", ask: func(f client.File) (string, client.Want) {
		return "HEAD " + f.Target + " HTTP/1.1\r\nHost: test\r\n\r\n", client.Want{Method: "HEAD", Status: 200, Body: f.Body}
	}},
	{name: "a range", ask: func(f client.File) (string, client.Want) {
		from := len(f.Body) / 3
		return get(f.Target, fmt.Sprintf("Range: bytes=%d-\r\n", from)), client.Want{Status: 206, Body: f.Body[from:]}
	}},
	{name: "a suffix", ask: func(f client.File) (string, client.Want) {
		return get(f.Target, "Range: bytes=-1\r\n"), client.Want{Status: 206, Body: f.Body[len(f.Body)-1:]}
	}},
	{name: "two ranges", ask: func(f client.File) (string, client.Want) {
		if len(f.Body) < 2 {
			return get(f.Target, ""), client.Want{Status: 200, Body: f.Body}
		}
		return get(f.Target, "Range: bytes=0-0,-1\r\n"), client.Want{Status: 206}
	}, judge: twoParts},
	plain("a range beyond the end", 416, false, func(f client.File) string {
		return get(f.Target, fmt.Sprintf("Range: bytes=%d-\r\n", len(f.Body)))
	}),
	plain("a malformed range", 200, true, func(f client.File) string { return get(f.Target, "Range: bytes=x\r\n") }),
	plain("If-None-Match: *", 304, false, func(f client.File) string { return get(f.Target, "If-None-Match: *\r\n") }),
	plain("If-Match of another", 412, false, func(f client.File) string { return get(f.Target, "If-Match: \"other\"\r\n") }),
	plain("If-Modified-Since later", 304, false, func(f client.File) string {
		return get(f.Target, "If-Modified-Since: Mon, 21 Nov 2011 14:00:00 GMT\r\n")
	}),
	plain("If-Range of another", 200, true, func(f client.File) string {
		return get(f.Target, "Range: bytes=0-0\r\nIf-Range: \"other\"\r\n")
	}),
	plain("POST with content", 405, false, func(f client.File) string {
		return "POST " + f.Target + " HTTP/1.1\r\nHost: test\r\nContent-Length: 11\r\n\r\nGET / HTTP/"
	}),
	plain("POST with chunks", 405, false, func(f client.File) string {
		return "POST " + f.Target + " HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nGET \r\n0\r\nA: b\r\n\r\n"
	}),
	{name: "a chunk without its end", ends: true, spoil: true, ask: func(f client.File) (string, client.Want) {
		return "POST " + f.Target + " HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\rx0\r\n\r\n" + get(f.Target, ""), client.Want{Status: 405}
	}},
	plain("a method of its own", 501, false, func(f client.File) string {
		return "BREW " + f.Target + " HTTP/1.1\r\nHost: test\r\n\r\n"
	}),
	plain("a directory", 301, false, func(client.File) string { return get("/dir", "") }),
	plain("dot segments", 200, true, func(f client.File) string { return get("/x/.."+f.Target, "") }),
	{name: "above the root", ends: false, ask: func(client.File) (string, client.Want) {
		return get("/../etc/passwd", ""), client.Want{Status: 400}
	}},
	{name: "content that is too large", ends: true, ask: func(f client.File) (string, client.Want) {
		return "PUT " + f.Target + " HTTP/1.1\r\nHost: test\r\nContent-Length: 99999999\r\n\r\n", client.Want{Status: 413, Close: true}
	}},
	{name: "an expectation", ends: true, ask: func(f client.File) (string, client.Want) {
		return "GET " + f.Target + " HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n", client.Want{Status: 200, Body: f.Body, Close: true}
	}},
	{name: "a head that is too long", ends: true, ask: func(f client.File) (string, client.Want) {
		return get(f.Target, "X: "+string(bytes.Repeat([]byte("x"), 2000))+"\r\n"), client.Want{Status: 431, Close: true}
	}},
	{name: "HTTP/1.0", ends: true, ask: func(f client.File) (string, client.Want) {
		return "GET " + f.Target + " HTTP/1.0\r\n\r\n", client.Want{Status: 200, Body: f.Body, Close: true}
	}},
	{name: "close among others", ends: true, ask: func(f client.File) (string, client.Want) {
		return get(f.Target, "Connection: close, other\r\n"), client.Want{Status: 200, Body: f.Body, Close: true}
	}},
	// Whatever a client calls itself, a line of the log is a line (audit.go).
	plain("a name to be quoted", 200, true, func(f client.File) string {
		return get(f.Target, "User-Agent: "+agent+"\r\nReferer: "+referer+"\r\n")
	}),
}

// twoParts judges multipart/byteranges of the first and the last byte.
func twoParts(f client.File, r *client.Response) error {
	if r.Status != 206 {
		return nil
	}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/byteranges" {
		return fmt.Errorf("the type is %q", r.Header.Get("Content-Type"))
	}
	parts := multipart.NewReader(bytes.NewReader(r.Body), params["boundary"])
	for i, want := range []int{0, len(f.Body) - 1} {
		p, err := parts.NextPart()
		if err != nil {
			return fmt.Errorf("part %d: %w", i, err)
		}
		b, err := io.ReadAll(p)
		place := fmt.Sprintf("bytes %d-%d/%d", want, want, len(f.Body))
		if err != nil || len(b) != 1 || b[0] != f.Body[want] || p.Header.Get("Content-Range") != place {
			return fmt.Errorf("part %d is %q at %q, not %q at %q", i, b, p.Header.Get("Content-Range"), f.Body[want], place)
		}
	}
	if _, err := parts.NextPart(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("after the last part: %w", err)
	}
	return nil
}
