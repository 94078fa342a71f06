package poll

// The set of a poller that keeps nothing (poll(2)): what it watches is handed over
// with each call, so that a wait costs time in proportion to all that waits. It is
// the control against which epoll is measured (Ames 2004 began with it).
//
// A watch ends with its first event. Whoever waits again watches again, and hears at
// once of what is the case already, which is why nothing need be latched.

import "brigade/core/sys"

// set is what is watched. Watches are in no order, and at says where each is.
type set struct {
	fds    []sys.PollFD
	tokens []uint64
	stays  []bool         // the watch outlives its events
	at     map[sys.FD]int // looked up, never ranged over
	over   []sys.FD       // collect's: watches that end
}

// add watches fd, or watches it for something else.
func (s *set) add(fd sys.FD, events sys.Events, token uint64) {
	i, there := s.at[fd]
	if !there {
		if s.at == nil {
			s.at = make(map[sys.FD]int)
		}
		i = len(s.fds)
		s.at[fd] = i
		s.fds = append(s.fds, sys.PollFD{FD: fd})
		s.tokens = append(s.tokens, 0)
		s.stays = append(s.stays, false)
	}
	s.fds[i].Events = uint16(events & (sys.In | sys.Out | sys.RdHup))
	s.tokens[i] = token
	s.stays[i] = events&(sys.Edge|sys.OneShot) == 0
}

// remove ends the watch on fd, if there is one.
func (s *set) remove(fd sys.FD) {
	i, there := s.at[fd]
	if !there {
		return
	}
	last := len(s.fds) - 1
	s.fds[i], s.tokens[i], s.stays[i] = s.fds[last], s.tokens[last], s.stays[last]
	s.at[s.fds[i].FD] = i
	s.fds, s.tokens, s.stays = s.fds[:last], s.tokens[:last], s.stays[:last]
	delete(s.at, fd)
}

// collect turns the answers of a call into events, at most as many as there is room
// for; the others come with the next call.
func (s *set) collect(events []sys.Event) (n int) {
	s.over = s.over[:0]
	for i := range s.fds {
		if s.fds[i].Revents == 0 || n == len(events) {
			continue
		}
		e := sys.Events(s.fds[i].Revents)
		if e&sys.Nval != 0 {
			e = sys.Err // closed under the watch: its owner's next call says so
		}
		events[n] = sys.Event{Events: e, Token: s.tokens[i]}
		n++
		if !s.stays[i] {
			s.over = append(s.over, s.fds[i].FD)
		}
	}
	for _, fd := range s.over {
		s.remove(fd)
	}
	return n
}
