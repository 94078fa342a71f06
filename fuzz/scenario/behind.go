package scenario

// What those who stand behind a server have been told when it has gone: that a connection
// which they took over has ended, and that a request which they were chosen for has. Who is
// not told keeps what he has for it, or is taken for busy, and nobody in front notices.

import (
	"fmt"

	"brigade/sim"
)

// leftBehind looks whether they have been.
func (p *plan) leftBehind() {
	if p.taken != nil {
		if n := p.taken.Load(); n != 0 {
			sim.Failf("I06", fmt.Sprintf("%d connections were taken over by an application that was not told of their end", n))
		}
	}
	if p.proxy == nil {
		return
	}
	for _, b := range p.proxy.Status() {
		if b.Active != 0 {
			sim.Failf("I24", fmt.Sprintf("the server has gone, and %d requests are counted as being with backend %v", b.Active, b.Address))
		}
	}
}
