package stage_test

import (
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/core/stage"
)

func TestDrainClosesIdle(t *testing.T) {
	everywhere(t, setup{}, func(w *world) {
		c, d := w.dial(), w.dial()
		c.get("/hello")
		c.wantResponse("first", 200)
		rt.Sleep(100 * ms)
		w.server.Drain(10 * time.Second)
		c.wantEnd("it was between requests")
		d.wantEnd("it had not said anything")
		wantNow("at once", 0, 100*ms)
	})
}

func TestDrainAnswersWhatIsUnderWay(t *testing.T) {
	everywhere(t, setup{}, func(w *world) {
		running, half := w.dial(), w.dial()
		running.get("/slow")
		half.send("GET /hello HTTP/1.1\r\nHo")
		rt.Sleep(100 * ms)
		w.server.Drain(10 * time.Second)
		running.wantResponse("it was with the handler", 200)
		running.wantEnd("after its response")
		wantNow("when the handler was done", 0, time.Second)
		half.send("st: a\r\n\r\n")
		half.wantClosing("a head that had begun is answered, and the close announced", 200)
		half.wantEnd("after its response")
	})
}

func TestDrainDeadlineCuts(t *testing.T) {
	everywhere(t, setup{}, func(w *world) {
		c := w.dial()
		c.send("GET /hello HTTP/1.1\r\nHo")
		rt.Sleep(100 * ms)
		w.server.Drain(time.Second)
		c.wantCut("its time was up")
		wantNow("the drain's limit", 0, 1100*ms)
	})
}

func TestSecondDrainHurries(t *testing.T) {
	everywhere(t, setup{}, func(w *world) {
		c := w.dial()
		c.send("GET /hello HTTP/1.1\r\nHo")
		rt.Sleep(100 * ms)
		w.server.Drain(time.Minute)
		rt.Sleep(100 * ms)
		w.server.Drain(time.Second)
		c.wantCut("the second limit is the shorter")
		wantNow("the second limit", 0, 1200*ms)
	})
}

// What is in the backlog has been accepted by the kernel, so its clients count on
// an answer, also when it is more than a loop accepts in one go.
func TestDrainTakesTheBacklog(t *testing.T) {
	everywhere(t, setup{late: true}, func(w *world) {
		var list []*talk
		for range 70 {
			c := w.dial()
			c.get("/hello")
			list = append(list, c)
		}
		w.server.Start()
		w.server.Drain(10 * time.Second)
		for _, c := range list {
			c.wantResponse("its request was there before the drain", 200)
			c.wantEnd("after its response")
		}
	})
}

// A drain without any patience, while connections are on their way from the
// listener to a reader.
func TestDrainAtOnce(t *testing.T) {
	everywhere(t, setup{late: true}, func(w *world) {
		var list []*talk
		for range 3 {
			list = append(list, w.dial())
		}
		list[0].get("/hello")
		w.server.Start()
		w.server.Drain(0)
		for _, c := range list {
			c.wantCut("no time was left")
		}
	})
}

// What waits for a processor when the limit has passed is given up, not handled.
func TestDrainDeadlineEmptiesTheQueue(t *testing.T) {
	s := setup{cfg: stage.Config{Processors: 1}}
	everywhere(t, s, func(w *world) {
		var list []*talk
		for range 5 {
			c := w.dial()
			c.get("/slow")
			list = append(list, c)
		}
		rt.Sleep(100 * ms)
		w.server.Drain(100 * ms)
		for _, c := range list {
			c.wantCut("its time was up")
		}
		wantNow("one handler was running, and cannot be stopped", 0, time.Second)
	})
}

func TestDrainAfterWait(t *testing.T) {
	everywhere(t, setup{}, func(w *world) {
		w.server.Drain(0)
		w.server.Wait()
		w.server.Drain(0) // its pollers are closed: it must not write to whatever has their numbers
	})
}
