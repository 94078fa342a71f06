package stage_test

import (
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/core/stage"
)

func TestConnectionLimit(t *testing.T) {
	s := setup{cfg: stage.Config{Connections: 2}}
	everywhere(t, s, func(w *world) {
		a, b, c := w.dial(), w.dial(), w.dial()
		for _, x := range []*talk{a, b} {
			x.get("/hello")
			x.wantResponse("within the limit", 200)
		}
		c.get("/hello")
		rt.Sleep(time.Second)
		a.Close()
		begin := rt.Now()
		c.wantResponse("it waited in the backlog", 200)
		if late := rt.Now().Sub(begin); late > 100*ms {
			rt.Bug("accepting resumed after %v, not within Retry", late)
		}
		b.Close()
		c.Close()
	})
}
