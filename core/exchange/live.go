package exchange

// Live exchanges. A handler that streams runs on a processor while its connection goes
// on in its home: content comes to it, and its response goes, through a beam each, so
// that neither is ever in memory whole. What it writes stays here up to a bound, or until
// it flushes; then it goes through the filters and into the beam, and while that is full
// the handler waits, as it does for content that has not come. What ends the wait
// otherwise, a client that hangs up, its timers or the drain's, ends the beam, and with it
// whatever the handler writes.
//
// Invariants: what has gone is not taken back, and no byte of it is beyond the length
// that the head declares; the handler's buckets are its own until the beam has given
// them back; the end of the request does not cross: it goes home with the exchange.

import (
	"errors"
	"time"

	"brigade/core/bucket"
	"brigade/core/filter"
	"brigade/core/http1"
	"brigade/core/rt"
)

// Streamer is a handler that answers some requests while their content comes, or sends
// what it has of a response while it writes the rest. It is called on a processor for
// those, always, and holds it until it returns.
type Streamer interface {
	// Streams reports whether x's request is one. It does not block, and looks at the
	// head only.
	Streams(x *Exchange) bool
}

// Live is what the two sides of a live exchange have between them.
type Live struct {
	Up      bucket.Beam // content: its producer is the connection
	Down    bucket.Beam // the response: its producer is the handler
	Bound   int         // bytes of a response that stay with the handler, and of a piece of content
	Expects bool        // the client holds its content back until it is asked for it
}

// nap is the longest that a handler sleeps for a filter that paces it before it looks
// whether anybody still wants the response.
const nap = 20 * time.Millisecond

// live is an exchange's part of it.
type live struct {
	*Live
	crossing bucket.Brigade // what is being sent
	sent     bool           // a part of the response has left
	whole    bool           // no more content comes
	lost     bool           // the connection takes no more
	gone     error          // why what is written goes nowhere any more
}

// GoLive makes x one whose handler streams. It is the connection's to call.
func (x *Exchange) GoLive(l *Live) {
	x.live.Live = l
	x.live.whole = !x.Request.HasContent()
}

// Lives reports whether x's handler streams.
func (x *Exchange) Lives() bool { return x.live.Live != nil }

// Gone is why what the handler writes reaches nobody any more, and is dropped; nil: it
// does.
func (x *Exchange) Gone() error { return x.live.gone }

// Lost reports whether that is the client's doing, or its connection's, and no fault.
func (x *Exchange) Lost() bool { return x.live.lost }

// More waits for more of the content. It is in Content then, with what is left there
// of before. False: all of it has come, or there is none, or the handler has taken it
// whole. An error is the answer to the request, for Fail.
func (x *Exchange) More() (bool, error) {
	v, c := &x.live, &x.content
	if v.Live == nil || v.whole {
		return false, nil
	}
	if !c.open {
		if e := x.Receive(); e != nil {
			return false, x.unread(e)
		}
	}
	if v.Expects {
		x.invite()
	}
	for {
		state, err := v.Up.Receive(&c.raw, int64(v.Bound))
		switch {
		case state == bucket.Waiting:
			v.Up.Wait(bucket.Consumer)
			continue
		case err != nil:
			return false, x.unread(err)
		}
		if err := x.Admit(); err != nil {
			return false, x.unread(err)
		}
		k := c.whole.Back()
		if k != nil && k.Kind() == bucket.EndOfStream {
			k.Destroy()
			v.whole = true
			return false, nil
		}
		if k != nil {
			return true, nil
		}
	}
}

// unread is content that will not be read to its end.
func (x *Exchange) unread(err error) error {
	x.live.whole, x.Close = true, true
	return err
}

// invite asks the client for the content that it holds back, unless the response has
// begun to leave.
func (x *Exchange) invite() {
	v := &x.live
	v.Expects = false
	if v.sent || v.gone != nil {
		return
	}
	v.crossing.Append(x.buckets.Immortal([]byte(http1.Continue)))
	if v.gone = x.send(); v.gone != nil {
		x.silent = true
	}
}

// Fail answers with err, or ends the body before its time if a part of the response has
// left.
func (x *Exchange) Fail(err error) {
	if x.part != partNone && !(x.Lives() && x.retract()) {
		x.Error(err)
		return
	}
	var e *http1.Error
	if !errors.As(err, &e) {
		e = http1.ErrInternal
	}
	x.Refuse(e, "")
}

// retract forgets the response, all of which is here. False: a part of it has left.
func (x *Exchange) retract() bool {
	if x.live.sent {
		return false
	}
	if x.filtered.open != nil {
		x.filtered.open.Close(nil) // the end of the request has not come to it
	}
	x.forget()
	x.out.Destroy()
	x.Rewind()
	x.restart()
	x.live.gone = nil
	return true
}

// spill sends what there is, if it is more than may stay.
func (x *Exchange) spill() {
	v := &x.live
	if v.Live == nil || x.part != partBody {
		return
	}
	queued, _ := x.out.Bytes()
	if x.filtered.on {
		n, _ := x.filtered.source.Bytes()
		queued += n
	}
	if queued+int64(len(x.page)-x.mark) >= int64(v.Bound) {
		x.push()
	}
}

// push sends what there is of the response, and waits until it is on its way. What goes
// wrong is kept, and the rest dropped: there is nobody to write for any more.
func (x *Exchange) push() {
	v := &x.live
	if v.gone != nil {
		return
	}
	if v.gone = x.pass(); v.gone == nil {
		return
	}
	x.silent = true
	if x.failure == nil {
		x.failure = v.gone
	}
	for _, b := range [...]*bucket.Brigade{&x.filtered.source, x.out} {
		for k := b.Front(); k != nil && k.Kind() != bucket.EndOfRequest; k = b.Front() {
			k.Destroy()
		}
	}
}

// pass takes what there is through the filters, if there are any, and the beam.
func (x *Exchange) pass() error {
	if !x.filtered.on {
		if n := x.written(); x.declared >= 0 && n > x.declared && !x.silent {
			return errLonger
		}
		x.flush()
		return x.cross()
	}
	if x.filtered.open == nil {
		if err := x.Open(); err != nil {
			return err
		}
	}
	for {
		x.Clock = rt.Now()
		p, err := x.Pump(int64(x.live.Bound))
		if err == nil {
			err = x.cross()
		}
		if err != nil || p == filter.Passed {
			return err
		}
		if p == filter.Paused { // it has a processor, which would be held by the full beam as well
			rt.Sleep(min(max(x.filtered.open.Until().Sub(rt.Now()), time.Millisecond), nap))
		}
	}
}

// errLonger is a body that is longer than its head says, of which no byte too many
// leaves: it would be taken for the next response.
var errLonger = error(&filter.Misuse{Who: "a handler", What: "writes a body that is not as long as its head says; a response has the length that was declared"})

// cross sends what is queued, up to the end of the request. A file is read, a piece at
// a time: its descriptor is not the home's business.
func (x *Exchange) cross() error {
	for {
		last, err := x.embark()
		if err == nil {
			x.live.sent = x.live.sent || !x.live.crossing.Empty()
			err = x.send()
		}
		if err != nil || last {
			return err
		}
	}
}

// embark moves what is queued to what crosses, up to the next file. last: there is none.
func (x *Exchange) embark() (last bool, err error) {
	for k := x.out.Front(); k != nil && k.Kind() != bucket.EndOfRequest; k = x.out.Front() {
		switch {
		case k.Kind() == bucket.EndOfStream: // Settle says that, once
			k.Destroy()
			continue
		case k.Kind() != bucket.File:
		case !x.live.crossing.Empty():
			return false, nil
		default:
			if _, err := k.Read(); err != nil {
				return false, err
			}
		}
		x.out.Remove(k)
		x.live.crossing.Append(k)
	}
	return true, nil
}

// send sends what is to cross, and waits while the beam is full.
func (x *Exchange) send() error {
	v := &x.live
	for !v.crossing.Empty() {
		all, err := v.Down.Send(&v.crossing)
		switch {
		case err != nil:
			v.crossing.Destroy()
			v.lost = true
			return err
		case !all:
			v.Down.Wait(bucket.Producer)
		}
	}
	return nil
}

// Settle ends the handler's part in a live exchange that was finished, or is broken: what
// has not left of the response is sent, and its end. Then the exchange goes home. False:
// the response is not whole, and if that is neither the client's doing nor known, why.
func (x *Exchange) Settle(broken bool) (whole bool, fault error) {
	v := &x.live
	if !broken {
		x.push()
	}
	if !broken && v.gone == nil {
		v.crossing.Append(x.buckets.EndOfStream())
		v.gone = x.send()
	}
	whole = !broken && v.gone == nil
	if !whole {
		v.Down.Abort(bucket.ErrAborted)
	}
	if !broken && !v.lost {
		fault = v.gone
	}
	v.crossing.Destroy()
	v.Up.Leave(bucket.Consumer)
	v.end()
	return whole, fault
}

// end makes v none.
func (v *live) end() { v.Live, v.sent, v.whole, v.lost, v.gone = nil, false, false, false, nil }

// digest tells d what may not be left.
func (v *live) digest(d rt.Digest) rt.Digest {
	return d.Bool(v.Live != nil).Int(v.crossing.Len()).Bool(v.sent).Bool(v.whole).Bool(v.lost).Bool(v.gone != nil)
}
