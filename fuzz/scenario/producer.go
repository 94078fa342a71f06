package scenario

import (
	"fmt"

	"brigade/core/bucket"
	"brigade/core/mem"
	"brigade/core/rt"
	"brigade/sim"
)

// produce is a stream's task: it makes pieces of every kind, splits some, keeps the
// second half of one while it writes on behind the first, and sends them.
func (s *stream) produce() {
	scope := &mem.Scope{Name: fmt.Sprint("stream ", s.id)}
	s.memory.Take(scope)
	scope.Enter(s.pool)
	a := new(bucket.Allocator)
	a.Init(s.memory, nil)
	out, held := new(bucket.Brigade), new(bucket.Brigade)
	out.Init(a)
	held.Init(a)
	for _, b := range s.loans {
		if string(b.Bytes()[:21]) != "the request's content" {
			sim.Failf("I18", "what a stream was lent has changed")
		}
		b.Return()
	}
	ok := true
	for i := 0; ok && i < 1+sim.Choose("pieces", 4); i++ {
		s.piece(a, out, held, i)
		ok = s.send(out)
	}
	if ok {
		out.Append(a.EndOfRequest(s))
		out.Append(a.EndOfStream())
		ok = s.send(out)
	}
	if !ok && !s.Ended() {
		s.GiveUp()
	}
	out.Destroy()
	for {
		if done, _ := s.bm.Leave(bucket.Producer); done {
			break
		}
		s.bm.Wait(bucket.Producer)
	}
	scope.Leave(nil)
	s.memory.Give()
	s.master.done.Push(&s.report)
	s.master.gate.Wake()
}

// piece adds a piece to out, and what it is to sent.
func (s *stream) piece(a *bucket.Allocator, out, held *bucket.Brigade, i int) {
	text := fmt.Appendf(nil, "piece %d of stream %d;", i, s.id)
	switch sim.Choose("kind", 6) {
	case 0:
		s.write(out, text)
	case 1:
		data, err := s.pool.Copy(text)
		if err != nil {
			rt.Bug("%v", err)
		}
		out.Append(a.Pool(s.pool, data))
	case 2:
		out.Append(a.Transient(text))
	case 3:
		out.Append(a.Immortal(text))
	case 4: // the second half is put aside while more is written behind the first
		s.write(out, text)
		n, _ := out.Bytes()
		k, _ := out.Partition(n - 5)
		out.Split(k, held)
		s.write(out, []byte("between;"))
		out.Concat(held)
		s.sent = append(append(append(s.sent, text[:len(text)-5]...), "between;"...), text[len(text)-5:]...)
		return
	case 5:
		long := fmt.Appendf(nil, "%0400d;", i)
		s.write(out, long)
		text = long
	}
	s.sent = append(s.sent, text...)
}

func (s *stream) write(out *bucket.Brigade, text []byte) {
	if err := out.Write(text); err != nil {
		rt.Bug("%v", err)
	}
}

// send sends all of out; false: the stream was reset.
func (s *stream) send(out *bucket.Brigade) bool {
	for {
		all, err := s.bm.Send(out)
		if all || err != nil {
			return err == nil
		}
		s.bm.Wait(bucket.Producer)
	}
}
