package scenario

// A client of handlers that stream, over one connection of HTTP/1.1, that looks closely.
// What it is told, and what becomes of its connection, follows from what it said:
//
//	close, HTTP/1.0       the answer says so, and the connection ends behind it
//	an expectation        100 comes before an answer that has need of the content; who is
//	                      answered without it is answered last
//	more than is allowed  413, and the end
//	another request       is answered, whatever came before it in the same bytes
//
// What it may hear besides is what other clients of the run may.

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"time"

	"brigade/core/rt"
	"brigade/netsim/client"
	"brigade/sim"
)

// littleContent is the most content that a server takes which takes little.
const littleContent = 40_000

// attending asks up to n times.
func attending(p *plan, n int) behaviour {
	return behaviour{"attending", n, func(c *client.Client) error {
		conn, err := c.Dial()
		if err != nil {
			return err
		}
		defer conn.Close()
		v := &visit{p: p, client: c, conn: conn}
		for range 1 + sim.Choose("visits", n) {
			ends, err := v.next()
			switch {
			case err != nil:
				return err
			case ends:
				return conn.NothingMore(true, true)
			}
		}
		return conn.NothingMore(false, false)
	}}
}

// visit is one connection's.
type visit struct {
	p      *plan
	client *client.Client
	conn   *client.Conn
	last   bool // what is asked next is to be the last: the client says so
}

// next asks for one thing that is drawn. ends: the connection has to.
func (v *visit) next() (ends bool, err error) {
	v.last = sim.Choose("is last", 4) == 1
	switch sim.Choose("asks for", 6) {
	case 0:
		return v.downloads()
	case 1:
		return v.exceeds()
	case 2:
		return v.expects()
	}
	return v.uploads()
}

// closing is the field that says that a request is the last.
func (v *visit) closing() string {
	if v.last {
		return "Connection: close\r\n"
	}
	return ""
}

// before is what is asked for in the same bytes, and answered first.
func (v *visit) before() (text []byte, list []client.File) {
	for range sim.Choose("before it", 3) {
		f := v.client.Files[sim.Choose("file before", len(v.client.Files))]
		text, list = append(text, v.client.Get(f.Target)...), append(list, f)
	}
	return text, list
}

// hears hears the answers to list. ends: the connection ends before the others.
func (v *visit) hears(list []client.File) (ends bool, err error) {
	for _, f := range list {
		status := f.Status
		if status == 0 {
			status = 200
		}
		r, err := v.conn.Response(client.Want{Target: f.Target, Status: status, Body: f.Body, Also: f.Also, File: &f})
		if err != nil || r.Close {
			return true, err
		}
	}
	return false, nil
}

// hear hears the answer that w wants, which is the last if it or its client says so.
func (v *visit) hear(w client.Want) (ends bool, err error) {
	w.Close = w.Close || v.last
	r, err := v.conn.Response(w)
	if err != nil {
		return true, err
	}
	if !r.Close && (r.Status == 408 || r.Status == 413) {
		sim.Failf("I19", fmt.Sprintf("status %d leaves the connection open, and content may follow (%s)", r.Status, w.Target))
	}
	return r.Close, nil
}

// downloads asks for a source.
func (v *visit) downloads() (ends bool, err error) {
	b := v.p.bodies
	i := sim.Choose("source", b.most)
	method := []string{"GET", "HEAD"}[sim.Choose("only the head", 2)]
	line := method + " " + sources[i].target()
	text, list := v.before()
	if old := sim.Choose("of old", 4) == 1; old {
		v.last = true
		text = append(text, line+" HTTP/1.0\r\n\r\n"...)
	} else {
		text = append(text, line+" HTTP/1.1\r\nHost: test\r\n"+v.closing()+"\r\n"...)
	}
	if err := v.conn.Send(text); err != nil {
		return true, err
	}
	if ends, err := v.hears(list); ends || err != nil {
		return true, err
	}
	return v.hear(client.Want{Method: method, Status: 200, Body: b.list[i], Also: v.p.also(), Target: sources[i].target()})
}

// uploads sends content.
func (v *visit) uploads() (ends bool, err error) {
	u := v.p.drawUpload(3000)
	text, list := v.before()
	text = append(text, v.post(u, "")...)
	if len(list) > 0 {
		err = v.conn.SendReading(text) // what is answered first may not fit into what lies between
	} else {
		err = v.conn.SendSlowly(text, 1+len(text)/(1+sim.Choose("upload pieces", 4)), time.Millisecond)
	}
	if err != nil {
		return true, err
	}
	if ends, err := v.hears(list); ends || err != nil {
		return true, err
	}
	ends, err = v.hear(v.want(u))
	return ends, v.p.input.cuts(err, u)
}

// post is u as a request with these fields.
func (v *visit) post(u uploaded, fields string) []byte {
	return bytes.Replace(post(u), []byte("Host: test\r\n"), []byte("Host: test\r\n"+v.closing()+fields), 1)
}

// want is what has to be the answer to u.
func (v *visit) want(u uploaded) client.Want {
	also := append(v.p.also(), 408)
	if v.p.input == limited && len(u.body) > mostContent {
		also = append(also, 413)
	}
	return client.Want{Status: 200, Body: u.answer, Also: also, Target: u.target}
}

// exceeds sends more than the server takes, which it says before or not.
func (v *visit) exceeds() (ends bool, err error) {
	body := content("too much", littleContent+1+sim.Choose("beyond it", 2000))
	if v.p.stage.Content != littleContent || v.p.bodies.most < len(sources) {
		return v.downloads()
	}
	if err := v.conn.Send(post(uploaded{target: sumPath, body: body})); err != nil {
		return true, err
	}
	return v.hear(client.Want{Status: 413, Close: true, Also: append(v.p.also(), 408), Target: sumPath})
}

// expects holds its content back until it is asked for.
func (v *visit) expects() (ends bool, err error) {
	u := v.p.drawUpload(300)
	if sim.Choose("in vain", 4) == 1 {
		return v.expectsNothing()
	}
	text := v.post(u, "Expect: 100-continue\r\n")
	head := bytes.Index(text, []byte("\r\n\r\n")) + 4
	if err := v.conn.Send(text[:head]); err != nil {
		return true, err
	}
	asked, err := v.conn.Invited()
	if err != nil {
		return true, err
	}
	w := v.want(u)
	if !asked {
		w.Status, w.Body, w.Close = 413, nil, true // of what is right only this needs no content
		return v.hear(w)
	}
	if err := v.conn.SendSlowly(text[head:], 1+len(text)/3, time.Millisecond); err != nil {
		return true, err
	}
	ends, err = v.hear(w)
	return ends, v.p.input.cuts(err, u)
}

// expectsNothing offers content to who does not want it.
func (v *visit) expectsNothing() (ends bool, err error) {
	target := sources[1].target()
	text := "POST " + target + " HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
	if err := v.conn.Send([]byte(text)); err != nil {
		return true, err
	}
	return v.hear(client.Want{Status: 405, Close: true, Final: true, Also: v.p.also(), Target: target})
}

// spoilt judges what comes of u, whose content is none (bad), or stops: the answer is an error,
// if nothing else has left, and the last that comes. at is when its last byte was sent.
func (p *plan) spoilt(conn *client.Conn, u uploaded, late bool, at rt.Instant) error {
	status := 400
	if late {
		status = 408
	}
	w := client.Want{Status: status, Close: true, Also: append(p.also(), 413), Target: u.target}
	if u.target != sumPath { // which may have begun to answer
		w.Status, w.Close, w.Also = 0, false, nil
	}
	r, err := conn.Response(w)
	if err != nil {
		if kind, ok := client.KindOf(err); ok && u.target != sumPath && (kind == client.Truncated || kind == client.Silent || kind == client.Reset) {
			return nil
		}
		return err
	}
	if allowed := []int{200, status, 413}; !slices.Contains(allowed, r.Status) && !slices.Contains(p.also(), r.Status) {
		sim.Failf("I18", "content that is none has status "+strconv.Itoa(r.Status))
	}
	if took := rt.Now().Sub(at); r.Status == 408 && late && took < p.stage.Body && !p.exhausts() && p.net.Profile.String() == "none" {
		sim.Failf("I16", fmt.Sprintf("content that stops is waited for for %v, not %v", took, p.stage.Body))
	}
	if r.Status == 200 && u.target != firstPath {
		sim.Failf("I18", "what has not all come is answered as if it had")
	}
	return conn.NothingMore(true, true)
}
