package stage

// What the judge is told in numbers: they are package rt's, and ours have to be
// the same. A line that does not compile names the two that differ.

import "brigade/core/rt"

const (
	_ = -uint(stepAdopt ^ rt.StepAdopt)
	_ = -uint(stepRead ^ rt.StepRead)
	_ = -uint(stepProcess ^ rt.StepProcess)
	_ = -uint(stepWrite ^ rt.StepWrite)
	_ = -uint(stepSend ^ rt.StepSend)
	_ = -uint(stepLinger ^ rt.StepLinger)
	_ = -uint(stepFinish ^ rt.StepFinish)
	_ = -uint(stepRest ^ rt.StepRest)
	_ = -uint(stepTunnel ^ rt.StepTunnel)
	_ = -uint(stepSession ^ rt.StepSession)
	_ = -uint(stepStream ^ rt.StepStream)
	_ = -uint(stepLive ^ rt.StepLive)
	_ = -uint(stepFetch ^ rt.StepFetch)
	_ = -uint(steps ^ rt.Steps)

	_ = -uint(waitFirst ^ rt.WaitFirst)
	_ = -uint(waitHeader ^ rt.WaitHeader)
	_ = -uint(waitIdle ^ rt.WaitIdle)
	_ = -uint(waitBody ^ rt.WaitBody)
	_ = -uint(waitWrite ^ rt.WaitWrite)
	_ = -uint(waitLinger ^ rt.WaitLinger)
	_ = -uint(waitRoom ^ rt.WaitRoom)
	_ = -uint(waitPace ^ rt.WaitPace)
	_ = -uint(waitDial ^ rt.WaitDial)
	_ = -uint(waitTunnel ^ rt.WaitTunnel)
	_ = -uint(waitHalf ^ rt.WaitHalf)
	_ = -uint(waitFlow ^ rt.WaitFlow)
	_ = -uint(waitWindow ^ rt.WaitWindow)
	_ = -uint(waitStreams ^ rt.WaitStreams)
	_ = -uint(waitBuffer ^ rt.WaitBuffer)
	_ = -uint(waitPage ^ rt.WaitPage)
	_ = -uint(waitHandler ^ rt.WaitHandler)
	_ = -uint(waitReach ^ rt.WaitReach)
	_ = -uint(waitAsk ^ rt.WaitAsk)
	_ = -uint(waitAnswer ^ rt.WaitAnswer)
	_ = -uint(waitMore ^ rt.WaitMore)
	_ = -uint(waitKept ^ rt.WaitKept)
	_ = -uint(waitShared ^ rt.WaitShared)
	_ = -uint(waitReaders ^ rt.WaitReaders)
	_ = -uint(waits ^ rt.Waits)
)

// announce tells what the server was configured to keep within.
func (s *Server) announce() {
	rt.Probe(rt.ProbeLimit, rt.LimitConnections, uint64(s.cfg.Connections), 0)
	rt.Probe(rt.ProbeLimit, rt.LimitPages, uint64(s.cfg.Pages.In+s.cfg.Pages.Out), 0)
	rt.Probe(rt.ProbeLimit, rt.LimitContent, uint64(s.cfg.Content), 0)
	if s.cfg.Stats {
		rt.Probe(rt.ProbeStats, rt.TotalNone, 0, 0)
	}
	if loops := min(len(s.cfg.Checks), s.homes()); loops > 0 {
		rt.Probe(rt.ProbeLimit, rt.LimitChecks, uint64(loops), 0)
	}
	s.buffers.Tell()
	if s.cache != nil {
		rt.Probe(rt.ProbeLimit, rt.LimitCache, uint64(s.cfg.Cache.Bytes), 0)
	}
}

// report tells what the server has counted, when all its tasks have ended.
func (s *Server) report(t *Totals) {
	var x Snapshot
	if s.cfg.Stats {
		s.count(&x)
		s.vouch(&x, ^uint64(0))
	}
	open, queued := int64(0), 0
	for _, sh := range s.shards {
		open += sh.open.Load()
		waiting, working := sh.crew.Load()
		queued += waiting + working
	}
	rt.Probe(rt.ProbeTotal, rt.TotalConnections, t.Connections, 0)
	rt.Probe(rt.ProbeTotal, rt.TotalRequests, t.Requests, 0)
	rt.Probe(rt.ProbeTotal, rt.TotalBytes, t.Bytes, 0)
	rt.Probe(rt.ProbeTotal, rt.TotalHandoffs, t.Handoffs, 0)
	rt.Probe(rt.ProbeTotal, rt.TotalDropped, t.Dropped, 0)
	rt.Probe(rt.ProbeTotal, rt.TotalOpen, uint64(open), 0)
	rt.Probe(rt.ProbeTotal, rt.TotalQueued, uint64(queued), 0)
	rt.Probe(rt.ProbeTotal, rt.TotalAnswers, t.Answers, 0)
	rt.Probe(rt.ProbeTotal, rt.TotalUnderWay, s.underWay(&x), 0)
	rt.Probe(rt.ProbeTotal, rt.TotalHeard, t.Heard, 0)
}

// underWay is how much of what comes and goes is counted as here still, by tasks and by
// their ledgers, which x has; below 0 counts, too.
func (s *Server) underWay(x *Snapshot) (n uint64) {
	add := func(k int) { n += uint64(max(k, -k)) }
	for _, sh := range s.shards {
		for _, l := range sh.homes {
			add(int(l.tunnels.Load()))
			add(int(l.held.Load()))
		}
	}
	add(x.Sessions)
	add(x.Streams)
	add(x.Processors.Waiting)
	for i := range x.Waits {
		add(x.Waits[i].Count)
	}
	return n
}
