package scenario

// What origins see of connections that are kept, and of requests that are sent again. An
// origin may close a connection that it has answered on at any moment, and so at the very
// one at which the next request comes: it has not looked at that, and resets the connection.
// What may be asked twice has to be asked again then, on a new connection, and what may not
// must not have been asked there (RFC 9112 §9.3.1, §9.5). Whatever goes wrong, a request
// of that kind comes to an origin once.

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"brigade/core/rt"
	"brigade/sim"
)

// once knows the requests that must not come a second time.
type once struct {
	mu   rt.Mutex
	seen map[string]bool // whether it has come; guarded by mu
}

// number tells a request from all others.
func (o *once) number() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.seen == nil {
		o.seen = make(map[string]bool)
	}
	n := strconv.Itoa(len(o.seen))
	o.seen[n] = false
	return n
}

// lost is a request that its client was told of that no origin has answered: in a world
// without faults it may only be one that was not asked twice, and that none has taken.
func (o *once) lost(number, text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.seen[number]:
		sim.Failf("I19", fmt.Sprintf("an origin has taken %.60q, number %s, and will answer, but its client hears that none does", text, number))
	case strings.HasPrefix(text, "PUT ") && !strings.Contains(text, "chunked\r\n") && len(text) < 1500:
		sim.Failf("I19", fmt.Sprintf("what may be asked twice is not asked again: %.60q, number %s", text, number))
	}
}

// comes is a request that has come to an origin whole, or as much of it as ever will.
func (o *once) comes(q *http.Request) {
	n := q.Header.Get("X-Number")
	if n == "" || q.Method != http.MethodPost {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.seen[n] {
		sim.Failf("I19", fmt.Sprintf("origins are asked twice for what may be asked once: %s %s, number %s", q.Method, q.RequestURI, n))
	}
	o.seen[n] = true
}

// leaves reports whether an origin closes a connection at the moment at which another
// request has come on it.
func leaves() bool { return sim.Choose("origin leaves", 4) == 1 }
