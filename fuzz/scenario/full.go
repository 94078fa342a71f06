package scenario

import (
	"time"

	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/netsim/client"
	"brigade/sim"
)

// full is a server at its limit of connections: whoever comes next waits in the
// backlog until the connection that has been idle longest has gone.
func full() *Scenario {
	return &Scenario{
		Name:  "full",
		Story: "a server takes two connections; a third client is served when the one idle longest has been asked to go",
		Prepare: func(e *Env) func() {
			s := newSite(e)
			return func() {
				p := plan{stage: stage.Config{
					Kernel: s.server, Listen: address, Connections: 2, Pages: smallPages,
					Topology: stage.Topology(sim.Choose("topology", 3)), Retry: 10 * time.Second, // nobody is left to that
					Readers: 1 + sim.Choose("readers", 2), Accept: stage.Accept(sim.Choose("accept", 3)),
				}, budget: []budget{plenty, 1, 2}[sim.Choose("i/o buffers", 3)]}
				s.serve(p, func() {
					for i := range 3 {
						c := &client.Client{Process: s.clients[i], Addr: address, Files: s.files, Patience: 30 * time.Second}
						rt.Go("stays", func() { s.stays(c) })
						rt.Sleep(time.Millisecond)
					}
					rt.Sleep(5 * time.Second)
				})
			}
		},
	}
}

// prompt is within what time a client is served where others have only to be asked to go.
const prompt = 100 * time.Millisecond

// stays asks once and keeps its connection until the server ends it.
func (s *site) stays(c *client.Client) {
	if !sim.Will("takes part") {
		return
	}
	began := rt.Now()
	conn, err := c.Dial()
	if err != nil {
		return
	}
	defer conn.Close()
	f := s.files[1]
	if err = conn.Send(c.Get(f.Target)); err == nil {
		_, err = conn.Response(client.Want{Status: 200, Body: f.Body})
	}
	if client.Blames(err) {
		sim.Failf("I12", "a client of a full server: "+err.Error())
	}
	if took := rt.Now().Sub(began); err == nil && took > prompt {
		sim.Failf("I12", "others were idle, and a client of a full server is served only after "+took.String())
	}
	s.env.Exchanged(1)
	var rest [1]byte
	_, _ = conn.Recv(rest[:], time.Minute) // the end, whenever it comes
}
