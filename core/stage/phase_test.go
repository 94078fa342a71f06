package stage_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"brigade/core/exchange"
	"brigade/core/filter"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/invariants"
	"brigade/netsim"
	"brigade/sim"
)

// A filter that blocks without having said so is convicted where a loop calls it, by
// name; the same filter, declared, goes to a processor and nobody minds.
func TestUndeclaredFilterIsConvicted(t *testing.T) {
	for _, input := range []bool{true, false} {
		for _, declared := range []bool{false, true} {
			slow := filter.Slow{Nap: ms, Declared: declared}
			s := filtering(true)
			if s.cfg.Filters = filter.NewChain(slow); input {
				s.cfg.Filters, s.cfg.Input = nil, filter.NewInput(slow)
			}
			s.measures(stage.Fused)
			w := &world{net: netsim.New(netsim.Config{})}
			w.kernel, w.peer = w.net.Process("server"), w.net.Process("client")
			r := sim.Run(sim.Options{Seed: 1, World: w.net, Observers: invariants.Server(int32(w.kernel.ID()))}, func() {
				cfg := s.cfg
				cfg.Kernel = w.kernel
				var err error
				if w.server, err = stage.New(cfg); err != nil {
					rt.Bug("%v", err)
				}
				w.server.Start()
				k := w.dial()
				k.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
				if r := k.wantResponse("an echo", 200); string(r.Body) != "hello" {
					rt.Bug("%q", r.Body)
				}
				k.Close()
				w.server.Drain(time.Second)
				w.server.Wait()
			})
			switch {
			case declared && r.Verdict != nil:
				t.Errorf("declared, input %t: %v", input, r.Verdict)
			case !declared && (r.Verdict == nil || r.Verdict.Invariant != "I10" || !strings.Contains(r.Verdict.Message, "filter slow, which did not say that it may block")):
				t.Errorf("undeclared, input %t: %v", input, r.Verdict)
			}
		}
	}
}

// outcomes is a step of the log phase.
type outcomes struct{ list *[]string }

func (o outcomes) Logged(r *exchange.Outcome) {
	*o.list = append(*o.list, fmt.Sprintf("%s %s %d", r.Method, r.Target, r.Status))
}

// The log phase comes once for each request, refused, denied or answered, in order.
func TestLogPhase(t *testing.T) {
	for _, topology := range topologies {
		var list []string
		s := setup{}
		s.cfg.Handler = &exchange.Phases{
			Authorise: []exchange.Step{exchange.Deny("/no")}, Handler: scripted{}, Log: []exchange.Logger{outcomes{&list}},
		}
		serve(t, s, topology, 1, func(w *world) {
			list = nil // a run may be repeated
			k := w.dial()
			k.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /no HTTP/1.1\r\nHost: a\r\n\r\nGET /panic HTTP/1.1\r\nHost: a\r\n\r\n")
			k.wantResponse("answered", 200)
			k.wantResponse("denied", 403)
			k.wantClosing("panicked", 500)
			k.Close()
		})
		if got := strings.Join(list, ", "); got != "GET /hello 200, GET /no 403, GET /panic 500" {
			t.Errorf("%v: %s", topology, got)
		}
	}
}
