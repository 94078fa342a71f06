package scenario

// Tunnels in streams of HTTP/2: the clients of tunnels.go on one connection, each of them
// a stream. One task hears, the other speaks; what one wants said it leaves to the other,
// under a lock that nobody waits with. Windows are the client's to keep within, and the
// server is held to those it was given.

import (
	"bytes"
	"errors"
	"io"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim"
	"brigade/sim"
)

// wire is a connection with a tunnel in each of its streams.
type wire struct {
	t  *talkers
	p  *netsim.Process
	fd sys.FD

	framer *http2.Framer // the hearer's
	heard  []byte
	fields *hpack.Decoder
	last   string // the status decompressed last

	mu     rt.Mutex
	turn   rt.Cond       // guarded by mu: there is something to say, or nothing will be any more
	out    bytes.Buffer  // guarded by mu: to be sent
	writes *http2.Framer // guarded by mu: into out
	room   int           // guarded by mu: what may be sent on the connection
	first  int           // guarded by mu: and on a stream that begins
	ends   [3]wireEnd    // guarded by mu
	asked  bool          // guarded by mu: all is over, and whether the server has heard that was asked
	told   bool          // guarded by mu: it has
	gone   bool          // guarded by mu: the connection has ended
}

// wireEnd is the client's end of a tunnel.
type wireEnd struct {
	on      bool
	say     []byte // still to be said
	want    []byte // still to be heard
	window  int    // what may be sent
	room    int    // what the server may send
	owed    int    // what it is given when the client listens again
	deaf    bool   // until then
	got     int
	status  string
	shut    bool // all was said, and the end
	ended   bool // all was heard, and the end
	reset   bool // by either side
	stopped bool // by this one
}

// streams opens the tunnels of those who take part as streams of one connection.
func (t *talkers) streams(part [3]bool) {
	p := t.site.clients[0]
	fd, e := p.Connect(address)
	if e != sys.OK && e != sys.EINPROGRESS {
		return
	}
	if p.ConnectWait(fd, 20*time.Second) != sys.OK {
		p.Close(fd)
		return
	}
	w := &wire{t: t, p: p, fd: fd, room: 65535, first: 65535}
	w.turn.L = &w.mu
	w.mu.Label("wire")
	w.turn.Label("wire.turn")
	w.framer = http2.NewFramer(nil, wireIn{w})
	w.writes = http2.NewFramer(&w.out, nil)
	w.fields = hpack.NewDecoder(4096, func(f hpack.HeaderField) {
		if f.Name == ":status" {
			w.last = f.Value
		}
	})
	w.open(part)
	var wg rt.WaitGroup
	wg.Label("wire")
	wg.Go("speaker", w.speak)
	for i := range w.ends {
		if t.near[i].stall > 0 && part[i] {
			wg.Go("waker", func() { rt.Sleep(t.near[i].stall); w.listens(i) })
		}
	}
	w.hear()
	wg.Wait()
	w.judge(part)
	p.Close(fd)
}

// wireIn is what comes, as the Framer reads it.
type wireIn struct{ w *wire }

func (r wireIn) Read(b []byte) (int, error) {
	w := r.w
	if len(w.heard) == 0 {
		buf := make([]byte, 4096)
		n, e := w.p.ReadWait(w.fd, buf, 30*time.Second)
		if e != sys.OK || n == 0 {
			return 0, io.EOF
		}
		w.heard = buf[:n]
	}
	n := copy(b, w.heard)
	w.heard = w.heard[n:]
	return n, nil
}

// wrote is for what is written to memory, which does not fail.
func wrote(err error) {
	if err != nil {
		panic(err)
	}
}

// open asks for the tunnels.
func (w *wire) open(part [3]bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	window := []int{65535, 1000, 100}[sim.Choose("window", 3)]
	w.out.WriteString(http2.ClientPreface)
	wrote(w.writes.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: uint32(window)}))
	var block bytes.Buffer
	enc := hpack.NewEncoder(&block)
	for i := range w.ends {
		m, x := &w.t.near[i], &w.ends[i]
		if !part[i] {
			continue
		}
		x.on, x.window, x.room, x.deaf = true, w.first, window, m.stall > 0
		x.say = append([]byte{byte('a' + i)}, saying("client ", i, m)...)
		x.want = saying("backend ", i, &w.t.far[i])
		fields := []string{":method", "CONNECT", ":authority", rawAddr.String()}
		if w.t.route[i] != byConnect {
			fields = []string{":method", "CONNECT", ":protocol", "chat", ":scheme", "http", ":path", "/chat", ":authority", "t"}
		}
		if w.t.route[i] == byHandler {
			x.want = append([]byte(nil), x.say...)
		}
		block.Reset()
		for k := 0; k < len(fields); k += 2 {
			wrote(enc.WriteField(hpack.HeaderField{Name: fields[k], Value: fields[k+1]}))
		}
		wrote(w.writes.WriteHeaders(http2.HeadersFrameParam{StreamID: uint32(2*i + 1), BlockFragment: block.Bytes(), EndHeaders: true}))
	}
}

// ready reports whether end i has something to say and may. The caller has the lock.
func (w *wire) ready(i int) bool {
	x := &w.ends[i]
	early := x.status == "" && i%2 == 0 // some do not wait for the answer
	switch {
	case !x.on || x.shut || x.reset || x.status == "" && !early:
		return false
	case len(x.say) == 0:
		return !w.t.near[i].quiet
	}
	return x.window > 0 && w.room > 0
}

// speak says what is to be said, a piece at a time, until all has been or nobody hears it.
func (w *wire) speak() {
	for {
		w.mu.Lock()
		w.turn.Await(func() bool {
			return w.gone || w.out.Len() > 0 || w.ready(0) || w.ready(1) || w.ready(2)
		})
		if w.gone {
			w.mu.Unlock()
			return
		}
		pause := time.Duration(0)
		for i := range w.ends {
			if w.ready(i) {
				w.piece(i)
				pause = max(pause, w.t.near[i].pause)
			}
		}
		b := append([]byte(nil), w.out.Bytes()...)
		w.out.Reset()
		w.mu.Unlock()
		for len(b) > 0 {
			n, e := w.p.WriteWait(w.fd, b, 20*time.Second)
			if e != sys.OK {
				_ = w.p.Shutdown(w.fd, sys.ShutRead)
				return
			}
			b = b[n:]
		}
		if pause > 0 {
			rt.Sleep(pause)
		}
	}
}

// piece frames what end i says next.
func (w *wire) piece(i int) {
	x, id := &w.ends[i], uint32(2*i+1)
	n := min(len(x.say), w.t.near[i].piece, x.window, w.room, 16384)
	x.shut = n == len(x.say) && !w.t.near[i].quiet
	if n == 0 && !x.shut {
		return
	}
	wrote(w.writes.WriteData(id, x.shut, x.say[:n]))
	x.say, x.window, w.room = x.say[n:], x.window-n, w.room-n
}

// listens has end i hear again.
func (w *wire) listens(i int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	x := &w.ends[i]
	x.deaf = false
	w.grant(i, x.owed)
	x.owed = 0
	w.turn.Signal()
}

// grant gives the server room again.
func (w *wire) grant(i, n int) {
	if x := &w.ends[i]; n > 0 && !x.ended && !x.reset {
		x.room += n
		wrote(w.writes.WriteWindowUpdate(uint32(2*i+1), uint32(n)))
	}
}

// waiting is how many tunnels are not over.
func (w *wire) waiting() (n int) {
	for i := range w.ends {
		if x := &w.ends[i]; x.on && !x.reset && !(x.ended && (x.shut || w.t.near[i].quiet)) {
			n++
		}
	}
	return n
}

// hear takes frames until every tunnel is over, or the connection is.
func (w *wire) hear() {
	for {
		f, err := w.framer.ReadFrame()
		w.mu.Lock()
		if err == nil {
			err = w.take(f)
		}
		if w.waiting() == 0 && !w.asked {
			w.asked = true
			wrote(w.writes.WritePing(false, [8]byte{}))
		}
		w.gone = err != nil || w.told
		w.turn.Signal()
		gone := w.gone
		w.mu.Unlock()
		if gone {
			return
		}
	}
}

var errAway = errors.New("the server goes away")

// take is a frame of the server's. The caller has the lock.
func (w *wire) take(f http2.Frame) error {
	i := int(f.Header().StreamID) / 2
	if i >= len(w.ends) {
		sim.Failf("I27", "a frame comes on a stream that nobody began")
		return errAway
	}
	x := &w.ends[i]
	switch f := f.(type) {
	case *http2.SettingsFrame:
		if !f.IsAck() {
			wrote(w.writes.WriteSettingsAck())
		}
	case *http2.PingFrame:
		if w.told = f.IsAck(); !w.told {
			wrote(w.writes.WritePing(true, f.Data))
		}
	case *http2.WindowUpdateFrame:
		if f.StreamID == 0 {
			w.room += int(f.Increment)
		} else {
			x.window += int(f.Increment)
		}
	case *http2.GoAwayFrame:
		if f.ErrCode != http2.ErrCodeNo {
			return errAway
		}
	case *http2.RSTStreamFrame:
		x.reset = true
	case *http2.HeadersFrame:
		if err := w.status(x, f.HeaderBlockFragment()); err != nil {
			sim.Failf("I18", "a head cannot be decompressed")
		}
		x.ended = f.StreamEnded()
		if x.status == "200" {
			w.t.site.env.Exchanged(1)
		}
	case *http2.DataFrame:
		w.data(i, f)
	}
	return nil
}

// status decompresses a head, for its status.
func (w *wire) status(x *wireEnd, block []byte) error {
	_, err := w.fields.Write(block)
	if err == nil {
		err = w.fields.Close()
	}
	x.status = w.last
	return err
}

// data is what the far end of tunnel i says.
func (w *wire) data(i int, f *http2.DataFrame) {
	x, m, b := &w.ends[i], &w.t.near[i], f.Data()
	x.room -= len(b)
	switch {
	case x.stopped:
		return
	case x.room < 0:
		sim.Failf("I25", "an end of a tunnel hears more than its stream's window has room for")
	case x.status == "" || x.ended:
		sim.Failf("I27", "DATA comes on a stream that has no head, or whose end has come")
	case x.status != "200":
		x.ended = f.StreamEnded() // why there is no tunnel
		return
	case !bytes.HasPrefix(x.want, b):
		sim.Failf("I18", "an end of a tunnel hears what the other did not say, or not there")
	}
	x.want = x.want[min(len(b), len(x.want)):]
	x.got += len(b)
	x.ended = f.StreamEnded()
	if len(b) > 0 {
		wrote(w.writes.WriteWindowUpdate(0, uint32(len(b))))
	}
	switch {
	case m.stop >= 0 && x.got >= m.stop:
		x.stopped, x.reset = true, true
		wrote(w.writes.WriteRSTStream(uint32(2*i+1), http2.ErrCodeCancel))
	case x.deaf:
		x.owed += len(b)
	default:
		w.grant(i, len(b))
	}
}

// judge looks whether all came that had to.
func (w *wire) judge(part [3]bool) {
	for i := range w.ends {
		x := &w.ends[i]
		switch {
		case !part[i] || !w.t.calm(i):
		case w.t.refuses && w.t.route[i] == byUpgrade:
			if x.status != "404" {
				sim.Failf("I18", "nothing goes wrong, and a stream is told "+x.status+" by a backend that refuses")
			}
		case x.status != "200":
			sim.Failf("I18", "nothing goes wrong, and a tunnel is answered with "+x.status)
		case len(x.want) > 0 || !x.ended:
			sim.Failf("I18", "nothing goes wrong, and of what the other end says a part is missing, or its end")
		}
	}
}
