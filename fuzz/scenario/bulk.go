package scenario

// Much at once over HTTP/2: fifty streams of one session, each with windows of 64 KiB and
// three windows' worth of content, up, down, or up and down at once, to the byte. What the
// server holds meanwhile is bounded at any time: a stream has its http_conn, and a window's
// worth of content in what its handler has not taken, or a piece of its file; its session
// has what is framed and not written. It is the whole of it that `go test ./cmd/brigaded
// -run UpAndDown` moves for real, a tenth of its size.

import (
	"hash/crc32"
	"time"

	"brigade/core/poll"
	"brigade/core/stage"
	"brigade/invariants"
	"brigade/netsim/client"
	"brigade/sim"
)

// The measures of it.
const (
	bulkStreams = 50
	bulkSize    = 200_000 // bytes of a stream's content
	bulkWindow  = 65535
)

// bulkCeiling is the most bytes of pages: of each stream two pages, two beams that are as
// wide, and a window's worth, in blocks that are rounded up; of the session and of each task
// that keeps some, a little.
const bulkCeiling = bulkStreams*(2*(2048+16<<10)+bulkWindow*5/4) + 1<<20

// bulkFile is what goes down.
const bulkFile = "bulk.bin"

// bulkWays are the ways in which content goes.
var bulkWays = []string{"down", "up", "both"}

func bulk() *Scenario {
	return &Scenario{
		Name: "bulk", Apart: true,
		Story: "fifty streams of one session move 200,000 bytes each, up, down or both ways, with windows of 64 KiB, and what the server holds is bounded while they do",
		Prepare: func(e *Env) func() {
			s := newSite(e)
			s.net.BuildFile("/www/"+bulkFile, string(content(bulkFile, bulkSize)))
			e.Observers = append(e.Observers, &invariants.Ceiling{Most: bulkCeiling})
			return func() {
				p := plan{log: true}
				p.stage = stage.Config{
					Kernel: s.server, Listen: address, Pages: smallPages, Processors: bulkStreams, Content: 1 << 20,
					Topology: stage.Topology(sim.Choose("topology", 3)), Poller: []poll.Kind{poll.Epoll, poll.Poll}[sim.Choose("poller", 2)],
				}
				p.static.Small = []int64{256 << 10, 1000}[sim.Choose("small", 2)]
				p.net.Latency = []time.Duration{0, time.Millisecond}[sim.Choose("latency", 2)]
				p.net.SendBuffer = []int{65536, 4096}[sim.Choose("buffers", 2)]
				p.net.RecvBuffer = p.net.SendBuffer
				p.bodies = newBodies([]time.Duration{0, time.Millisecond}[sim.Choose("nap", 2)])
				way := bulkWays[sim.Choose("way", len(bulkWays))]
				ranked := sim.Choose("urgencies", 2) == 1
				s.serve(p, func() { s.crowd(p, moving(way, ranked)) })
			}
		},
	}
}

// bulkRanks are the priorities of streams that have some.
var bulkRanks = []string{"u=1", "u=3, i", "u=5", "i"}

// moving is the client. ranked: its streams have priorities, which change.
func moving(way string, ranked bool) behaviour {
	return behaviour{"moving", bulkStreams, func(c *client.Client) error {
		s, err := c.Open(bulkWindow)
		if err != nil {
			return err
		}
		defer s.Close()
		s.Duplex = true
		if err := s.Barrier(); err != nil { // its SETTINGS have come
			return err
		}
		rest := make([][]byte, bulkStreams)
		list := make([]*client.Stream, bulkStreams)
		for i := range list {
			var rank []string
			if ranked {
				rank = []string{"priority", bulkRanks[i%len(bulkRanks)]}
			}
			list[i], rest[i] = begun(s, way, rank...)
		}
		for steps := 0; s.Waiting() > 0; steps++ {
			if st := list[steps/50%bulkStreams]; ranked && steps%50 == 49 {
				s.Prioritise(st, bulkRanks[steps%len(bulkRanks)])
			}
			for i, st := range list {
				if ended, _ := st.Ended(); !ended && len(rest[i]) > 0 {
					rest[i] = s.Upload(st, rest[i], true)
				}
			}
			if err := s.Step(); err != nil {
				return err
			}
		}
		return s.Judge(func(*client.Stream) bool { return false })
	}}
}

// begun is a stream that goes one way, and what is to be sent on it.
func begun(s *client.Session, way string, more ...string) (*client.Stream, []byte) {
	switch way {
	case "up":
		body := content("up", bulkSize)
		return s.Ask("POST", client.File{Target: sumPath, Body: summary(bulkSize, crc32.ChecksumIEEE(body))}, false, more...), body
	case "both":
		body := content("both", bulkSize)
		return s.Ask("POST", client.File{Target: backPath, Body: body}, false, more...), body
	}
	return s.Ask("GET", client.File{Target: "/" + bulkFile, Body: content(bulkFile, bulkSize)}, true, more...), nil
}
