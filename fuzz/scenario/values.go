package scenario

// A store of values (core/handler/kv) whose clients read, write, swap and delete a few of
// them at the same time, over HTTP/1.1 and HTTP/2. Each client keeps a log of what it asked
// and was told, and when; an operation whose answer was lost, or which was refused in a way
// that may have come too late, may have happened or not. All logs together have to be
// linearizable (fuzz/linear), and no entity tag names two values.
//
// Moments are counted by a number that only the running task touches; it is kept from the
// race detector, for which it would order what nothing orders.

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"brigade/core/handler/kv"
	"brigade/core/rt"
	"brigade/fuzz/linear"
	"brigade/netsim/client"
	"brigade/sim"
)

const (
	valuesPath = "/values/"
	mostValue  = 4096 // what the store takes
	searching  = 2 * time.Second
)

// values is a run's store, and its clients.
type values struct {
	plan    *plan
	handler *kv.Handler
	keys    int
	contend bool // clients swap, mostly
	keepers []*keeper
	clock   int64
}

//go:norace
func (v *values) moment() int64 {
	v.clock++
	return v.clock
}

// keeper is one client, and what it knows.
type keeper struct {
	of   *values
	log  linear.Log
	puts int

	behind, gone bool // its last answer said that another value is there, or none

	tags []tagged // in the order in which it saw them
}

// tagged is a value below a key, and the tag that it was seen with.
type tagged struct{ key, tag, value string }

// operation is a request as it is sent.
type operation struct {
	linear.Request
	method string
	field  [2]string // a condition; empty: none
	call   int64     // the moment at which it was sent
}

func (o *operation) target() string { return valuesPath + o.Key }

// last is what the keeper saw at key last.
func (k *keeper) last(key string) (tagged, bool) {
	for _, t := range slices.Backward(k.tags) {
		if t.key == key {
			return t, true
		}
	}
	return tagged{}, false
}

// fresh is a value that nobody else puts anywhere.
func (k *keeper) fresh() string {
	k.puts++
	name := strconv.Itoa(k.log.Client) + "." + strconv.Itoa(k.puts)
	return string(content(name, []int{12, 12, 300, 3000, 5000}[sim.Choose("value", 5)]))
}

// draw draws an operation.
func (k *keeper) draw() operation {
	o := operation{Request: linear.Request{Key: "k" + strconv.Itoa(sim.Choose("key", k.of.keys))}}
	seen, known := k.last(o.Key)
	kind := k.strives(known)
	if kind == anything {
		kind = sim.Choose("operation", anything)
	}
	switch kind {
	case 0, 1, 2:
		o.method = "GET"
	case 3:
		o.method = "HEAD"
	case 4:
		if o.method = "GET"; known {
			o.given(linear.IfIsNot, seen)
		}
	case 5, 10:
		o.method, o.Verb = "DELETE", linear.Remove
		if kind == 10 && known {
			o.given(linear.IfIs, seen)
		}
	default:
		o.method, o.Verb, o.Value = "PUT", linear.Put, k.fresh()
		switch {
		case kind == 9:
			o.given(linear.IfAbsent, seen)
		case kind == 11:
			o.given(linear.IfAny, seen)
		case kind > 6 && known:
			o.given(linear.IfIs, seen)
		}
	}
	return o
}

// anything is no operation of those below, of which there are twelve.
const anything = 12

// strives is the operation of a client that would have its value there, as those do that
// contend: it looks when it was told that it is behind, and else swaps what it has seen,
// or puts where nothing was.
func (k *keeper) strives(known bool) int {
	switch {
	case !k.of.contend:
		return anything
	case k.behind:
		return 0
	case sim.Choose("operation", anything) == 1:
		return 10
	case known && !k.gone:
		return 7
	}
	return 9
}

// given makes o conditional on what was seen.
func (o *operation) given(g linear.Given, seen tagged) {
	if o.Given = g; g == linear.IfIs || g == linear.IfIsNot {
		o.Was = seen.value
	}
	o.field = [...][2]string{
		linear.IfIs: {"if-match", seen.tag}, linear.IfIsNot: {"if-none-match", seen.tag},
		linear.IfAny: {"if-match", "*"}, linear.IfAbsent: {"if-none-match", "*"},
	}[g]
}

// text is o as a request of HTTP/1.1, framed as is drawn.
func (o *operation) text() string {
	head := o.method + " " + o.target() + " HTTP/1.1\r\nHost: test\r\n"
	if o.field[0] != "" {
		head += o.field[0] + ": " + o.field[1] + "\r\n"
	}
	switch {
	case o.Verb != linear.Put:
		return head + "\r\n"
	case sim.Choose("in chunks", 3) == 1:
		return head + "Transfer-Encoding: chunked\r\n\r\n" + chunked([]byte(o.Value))
	}
	return head + "Content-Length: " + strconv.Itoa(len(o.Value)) + "\r\n\r\n" + o.Value
}

// lost notes that nobody knows what became of o.
func (k *keeper) lost(o *operation) {
	if o.Verb != linear.Get {
		k.log.Add(o.Request, linear.Answer{}, o.call, 0)
	}
}

// results are what statuses mean, by verb.
var results = [...]map[int]linear.Result{
	linear.Get:    {200: linear.Done, 304: linear.Unchanged, 404: linear.Missing},
	linear.Put:    {201: linear.Created, 204: linear.Done, 412: linear.Failed, 507: linear.Full},
	linear.Remove: {204: linear.Done, 404: linear.Missing, 412: linear.Failed},
}

// told notes the answer to o that is all there now. An error is an answer that there is
// not.
func (k *keeper) told(o *operation, status int, tag, body string) error {
	end := k.of.moment()
	r, ok := results[o.Verb][status]
	switch also := append(k.of.plan.also(), 408); {
	case ok:
	case status == 413 && o.Verb == linear.Put && len(o.Value) > k.of.most():
		return nil
	case slices.Contains(also, status):
		k.lost(o)
		return nil
	default:
		return wrong("status %d to %s %s %v", status, o.method, o.target(), o.field)
	}
	a := linear.Answer{Result: r}
	switch {
	case o.Verb == linear.Get && r == linear.Done:
		if o.method == "HEAD" {
			if body, ok = k.valueOf(o.Key, tag); !ok {
				return nil // it says nothing that this client can make out
			}
		}
		a.Value = body
	case o.Verb == linear.Put && (r == linear.Done || r == linear.Created):
		body = o.Value
	case r == linear.Unchanged:
		body = o.Was
	default:
		tag = ""
	}
	k.behind, k.gone = r == linear.Failed, r == linear.Missing || o.Verb == linear.Remove && r == linear.Done
	k.log.Add(o.Request, a, o.call, end)
	if o.Verb != linear.Remove && r != linear.Missing && r != linear.Failed && r != linear.Full {
		if len(tag) < 3 || tag[0] != '"' {
			return wrong("status %d to %s %s with the tag %q; a value has a strong one (RFC 9110 §8.8.3)", status, o.method, o.target(), tag)
		}
		k.tags = append(k.tags, tagged{o.Key, tag, body})
	}
	return nil
}

// valueOf is the value that the keeper saw with a tag.
func (k *keeper) valueOf(key, tag string) (string, bool) {
	for _, t := range k.tags {
		if t.key == key && t.tag == tag {
			return t.value, true
		}
	}
	return "", false
}

// most is the longest value that may be stored.
func (v *values) most() int {
	if v.plan.input == limited {
		return mostContent
	}
	return mostValue
}

// wrong is an answer that may not be.
func wrong(format string, args ...any) error {
	return &client.Error{Kind: client.Wrong, Reason: fmt.Sprintf(format, args...)}
}

// few is how many connections a keeper tries.
const few = 4

// keeping is a client of HTTP/1.1.
func (v *values) keeping() behaviour {
	k := v.keeper()
	return behaviour{"keeping", 3, func(c *client.Client) error {
		left := 2 + sim.Choose("operations", 6)
		for tries := 0; left > 0 && tries < few; tries++ {
			conn, err := c.Dial()
			if err != nil {
				return err
			}
			used, err := k.converse(conn, &left)
			conn.Close()
			if kind, ok := client.KindOf(err); ok && kind != client.Wrong && (used || !v.plan.blames(err)) {
				continue // a connection that was kept may end at any moment (RFC 9112 §9.3.1)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}}
}

// atOnce is the most bytes of requests that are sent before an answer is read.
const atOnce = 500

// converse makes operations on conn, some of them in one piece, until it ends or none is
// left. used: it has been answered before.
func (k *keeper) converse(conn *client.Conn, left *int) (used bool, err error) {
	for *left > 0 {
		var list []operation
		var text []byte
		for n := 1 + sim.Choose("at once", 3); n > 0 && *left > 0; n-- {
			o := k.draw()
			more := o.text()
			if len(list) > 0 && len(text)+len(more) > atOnce {
				break
			}
			*left--
			list, text = append(list, o), append(text, more...)
		}
		for i := range list {
			list[i].call = k.of.moment()
		}
		if err := conn.Send(text); err != nil {
			k.forget(list)
			return used, err
		}
		for i := range list {
			o := &list[i]
			r, err := conn.Response(client.Want{Method: o.method, Target: o.target()})
			if err != nil {
				k.forget(list[i:])
				return used, err
			}
			used = true
			if err := k.told(o, r.Status, r.Header.Get("Etag"), string(r.Body)); err != nil {
				return used, err
			}
			if r.Close {
				k.forget(list[i+1:])
				return used, conn.NothingMore(true, true)
			}
		}
		rt.Sleep([]time.Duration{0, time.Millisecond, 30 * time.Millisecond}[sim.Choose("think", 3)])
	}
	return used, nil
}

// forget notes that nobody knows what became of these.
func (k *keeper) forget(list []operation) {
	for i := range list {
		k.lost(&list[i])
	}
}

// exchanged is an operation in a stream.
type exchanged struct {
	operation
	*client.Stream
	rest    []byte
	sent    bool
	settled bool
}

// keepingAtOnce is a client of HTTP/2.
func (v *values) keepingAtOnce() behaviour {
	k := v.keeper()
	return behaviour{"keepingatonce", 3, func(c *client.Client) error {
		s, err := c.Open([]uint32{65535, 4000, leastWindow}[sim.Choose("window", 3)])
		if err != nil {
			return err
		}
		defer s.Close()
		s.Duplex = true
		var list []*exchanged
		defer func() {
			for _, x := range list {
				if !x.settled {
					k.lost(&x.operation)
				}
			}
		}()
		together := 1 + sim.Choose("together", 4)
		for left := 2 + sim.Choose("operations", 6); left > 0 || s.Waiting() > 0; {
			for ; left > 0 && s.Waiting() < min(together, s.Limit()) && !s.Going(); left-- {
				list = append(list, k.begin(s))
			}
			for _, x := range list {
				x.send(s)
			}
			if s.Waiting() == 0 {
				return nil // it is going
			}
			if err := s.Step(); err != nil {
				return err
			}
			s.Sweep()
			for _, x := range list {
				if err := k.settle(x); err != nil {
					return err
				}
			}
		}
		return s.Judge(func(*client.Stream) bool { return false })
	}}
}

// begin asks for an operation in a stream of its own.
func (k *keeper) begin(s *client.Session) *exchanged {
	x := &exchanged{operation: k.draw()}
	x.call = k.of.moment()
	var fields []string
	if x.field[0] != "" {
		fields = x.field[:]
	}
	x.rest, x.sent = []byte(x.Value), x.Verb != linear.Put
	x.Stream = s.Ask(x.method, client.File{Target: x.target()}, x.sent, fields...)
	x.Any = true
	return x
}

// send sends what fits of x's content.
func (x *exchanged) send(s *client.Session) {
	if x.sent {
		return
	}
	x.rest = s.Upload(x.Stream, x.rest, true)
	ended, _ := x.Ended()
	x.sent = len(x.rest) == 0 || ended
}

// settle notes how x has ended, if it has.
func (k *keeper) settle(x *exchanged) error {
	ended, whole := x.Ended()
	switch {
	case x.settled || !ended:
		return nil
	case whole:
		x.settled = true
		return k.told(&x.operation, x.Status, x.Etag, string(x.Body))
	case !x.Refused():
		k.lost(&x.operation)
	}
	x.settled = true // of what was not looked at nothing has happened
	return nil
}

// keeper adds a client.
func (v *values) keeper() *keeper {
	k := &keeper{of: v}
	k.log.Client = len(v.keepers) + 1
	v.keepers = append(v.keepers, k)
	return k
}

// judge judges what all have seen.
func (v *values) judge(e *Env) {
	var logs []*linear.Log
	var all []tagged
	for _, k := range v.keepers {
		logs, all = append(logs, &k.log), append(all, k.tags...)
	}
	for i, a := range all {
		for _, b := range all[:i] {
			if a.key == b.key && (a.tag == b.tag) != (a.value == b.value) {
				sim.Failf("linear", fmt.Sprintf("of %s the tag %s goes with %.20q and the tag %s with %.20q; a tag names one value, and each change has its own", a.key, a.tag, a.value, b.tag, b.value))
			}
		}
	}
	s := linear.Merge(logs...)
	verdict := s.Judge(searching)
	if verdict == linear.Stale {
		sim.Failf("linear", "no order of what clients saw is that of one store: "+s.String()+": "+s.Worst(searching))
	}
	e.remember(s, verdict)
}

// valued is the scenario.
func valued() *Scenario {
	return &Scenario{
		Name:  "kv",
		Story: "clients of both protocols read, write, swap and delete a few values at once; one store, by itself, could have answered all of them like that",
		Prepare: func(e *Env) func() {
			s := newSite(e)
			return func() {
				p := s.draw(sim.Choose("faults", 2) == 1)
				p.stage.Streams = []int{100, 3, 1}[sim.Choose("streams at a time", 3)]
				v := &values{plan: &p, keys: 1 + sim.Choose("keys", 2)}
				if v.contend = sim.Choose("contend", 2) == 1; v.contend {
					v.keys, p.stage.Processors = 1, 3
				}
				h, err := kv.New(kv.Options{Path: valuesPath, Value: mostValue, Total: []int64{1 << 20, 1500}[sim.Choose("total", 2)]})
				if err != nil {
					rt.Bug("a store: %v", err)
				}
				p.values, v.handler = v, h
				var list []behaviour
				for range 1 + sim.Choose("clients", 6) {
					switch sim.Choose("kind", 6) {
					case 0, 1, 2:
						list = append(list, v.keeping())
					case 3, 4:
						list = append(list, v.keepingAtOnce())
					default:
						list = append(list, []func() behaviour{slow, resetting, halfClosing}[sim.Choose("bystander", 3)]())
					}
				}
				s.serve(p, func() {
					s.crowd(p, list...)
					v.judge(e)
				})
			}
		},
	}
}
