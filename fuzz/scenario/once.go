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

	"brigade/core/rt"
	"brigade/sim"
)

// once knows the requests that must not come a second time.
type once struct {
	mu   rt.Mutex
	seen map[string]bool // whether it has come; guarded by mu
}

// numbered is a field that tells a request from all others.
func (o *once) numbered() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.seen == nil {
		o.seen = make(map[string]bool)
	}
	n := strconv.Itoa(len(o.seen))
	o.seen[n] = false
	return "X-Number: " + n + "\r\n"
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
