package netsim

// Aimed faults: not by chance but at a place. "page-refused#7" strikes the seventh time it
// could in a run, whatever the schedule, in its first form ("#7/2": in its second), so
// that a sweep over all k tries each place there is. "rst@3:1000" strikes the third
// connection, in order of connecting, when the response has passed byte 1,000.

import (
	"fmt"
	"strconv"
	"strings"
)

// strike is one time at which a fault strikes.
type strike struct {
	fault fault
	n     uint32 // the how-manieth time it could
	form  uint64
}

// event is a place in a response at which a fault strikes.
type event struct {
	fault      fault
	connection int    // from 1
	after      uint64 // bytes of the response
}

// eventful are the faults that can be aimed at a byte of a response.
var eventful = []fault{faultReset, faultZeroWindow}

// aimed is the form in which x strikes the n-th time it could, if it was told to then; or 0.
func (p *Profile) aimed(x fault, n uint32) uint64 {
	for _, s := range p.strikes {
		if s.fault == x && s.n == n {
			return s.form
		}
	}
	return 0
}

// aim reads what follows the fault's name: "#7", "#7/2", "@3:1000".
func (p *Profile) aim(x fault, text string) error {
	name := faultTable[x].Name
	if rest, ok := strings.CutPrefix(text, "#"); ok {
		at, form, several := strings.Cut(rest, "/")
		n, err := strconv.ParseUint(at, 10, 32)
		v := uint64(1)
		if several && err == nil {
			v, err = strconv.ParseUint(form, 10, 32)
		}
		if err != nil || n == 0 || v == 0 {
			return fmt.Errorf("%q is not of the form %s#TIME or %s#TIME/FORM, both from 1 on", name+text, name, name)
		}
		p.strikes = append(p.strikes, strike{x, uint32(n), v})
		return nil
	}
	connection, after, _ := strings.Cut(text[1:], ":")
	c, err := strconv.ParseUint(connection, 10, 31)
	k, err2 := strconv.ParseUint(after, 10, 63)
	if err != nil || err2 != nil || c == 0 {
		return fmt.Errorf("%q is not of the form %s@CONNECTION:BYTE, connections from 1 on", name+text, name)
	}
	for _, e := range eventful {
		if e == x {
			p.events = append(p.events, event{x, int(c), k})
			return nil
		}
	}
	return fmt.Errorf("%s cannot be aimed at a byte of a response; only %s and %s can", name, faultTable[eventful[0]].Name, faultTable[eventful[1]].Name)
}

// text is what was aimed, as ParseProfile reads it.
func (p *Profile) aimedText() (parts []string) {
	for _, s := range p.strikes {
		text := fmt.Sprintf("%s#%d", faultTable[s.fault].Name, s.n)
		if s.form != 1 {
			text += fmt.Sprintf("/%d", s.form)
		}
		parts = append(parts, text)
	}
	for _, e := range p.events {
		parts = append(parts, fmt.Sprintf("%s@%d:%d", faultTable[e.fault].Name, e.connection, e.after))
	}
	return parts
}

// next is how many of k bytes may leave before an event's place in the response that
// the server's end s sends.
func (n *Net) next(s *socket, k uint64) uint64 {
	for _, e := range n.faults.profile.events {
		if s.server && n.numbered(s.peer, e.connection) && s.out.sent < e.after {
			k = min(k, e.after-s.out.sent)
		}
	}
	return k
}

// arrived strikes if the client's end s has now got the bytes that an event waits for.
func (n *Net) arrived(s *socket) {
	for _, e := range n.faults.profile.events {
		if s.server || !n.numbered(s, e.connection) || s.in().arrived < e.after || s.struck {
			continue
		}
		s.struck = true
		n.faults.fired[e.fault]++
		if e.fault == faultReset {
			n.breakBoth(s)
		} else {
			n.shutWindow(s, longShut)
		}
	}
}

// numbered reports whether s is the connecting end of the i-th connection.
func (n *Net) numbered(s *socket, i int) bool {
	return i <= len(n.connections) && n.connections[i-1] == s
}
