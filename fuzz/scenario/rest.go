package scenario

// How long a connection between a proxy and an origin rests. Who keeps one closes it when
// nobody has wanted it for a time (Config.Spare), and asks on it for what may not be asked
// twice only for a shorter one (Config.Warm), since an origin may tire of it at any moment.
// The origin knows when it rests where the answer was so short that it was heard at once,
// and in a world that holds nobody up; a stream's window may do so.

import (
	"net/http"
	"time"

	"brigade/core/rt"
	"brigade/sim"
)

// slackRest is by how much two ends may differ about the time.
const slackRest = 200 * time.Millisecond

// rest is one connection's.
type rest struct {
	known  bool
	since  rt.Instant
	lasted time.Duration // it has lasted, when a request came
	spare  time.Duration
	warm   time.Duration
}

// rest is that of a connection on which q has been answered.
func (o *origins) rest(q *http.Request) (r rest) {
	if o.spare == 0 || !o.calm || q.ContentLength != 0 {
		return r
	}
	_, body := o.content(q)
	known := len(body) == 0 || len(body) <= 300 && !overHTTP2(q)
	return rest{known: known, since: rt.Now(), spare: o.spare, warm: o.warm}
}

// ends is the end of a rest: something has come, or, if it is late, nothing has in time.
func (r *rest) ends(late bool, in time.Duration) {
	r.lasted = rt.Now().Sub(r.since)
	if r.known && late && in > r.spare+slackRest {
		sim.Failf("I16", "a proxy keeps a connection that nobody wants for "+in.String()+", and is to keep it for "+r.spare.String())
	}
}

// judge holds what is asked for behind a rest to what may be.
func (r *rest) judge(q *http.Request) {
	if r.known && q.Method == http.MethodPost && r.lasted > r.warm+slackRest {
		sim.Failf("I19", "what may not be asked twice comes on a connection that has rested for "+r.lasted.String()+"; an origin may have tired of it")
	}
}
