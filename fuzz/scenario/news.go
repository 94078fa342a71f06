package scenario

// News: a file that is replaced while it is served. Who asks gets one of the texts that
// it has had, whole, and none that is older than a cache may keep it (I18): what was
// there when the time for which a cache is believed had not begun is gone.

import (
	"bytes"
	"fmt"
	"time"

	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim/client"
	"brigade/sim"
)

const newsFile = "/www/news.txt"

// edition is a text of the file, and when it came.
type edition struct {
	text []byte
	came rt.Instant
}

// editions are those of a run, oldest first.
type editions struct {
	list  []edition
	fresh time.Duration
}

// hurry is how much later than it says a server may look: its turns take time.
const hurry = 200 * time.Millisecond

// print puts another edition in the place of the last.
func (x *editions) print(s *site) bool {
	text := content(fmt.Sprintf("edition %d", len(x.list)), 20+len(x.list)*7)
	if s.keeper.WriteFile(newsFile, text) != sys.OK {
		return false
	}
	x.list = append(x.list, edition{text, rt.Now()})
	return true
}

// refutes says what is wrong with a body that was asked for at some time; empty: nothing.
func (x *editions) refutes(body []byte, asked rt.Instant) string {
	for i := range x.list {
		if !bytes.Equal(body, x.list[i].text) {
			continue
		}
		if i+1 < len(x.list) && x.list[i+1].came.Add(x.fresh+hurry) < asked {
			return fmt.Sprintf("at %v it gets edition %d, though edition %d came at %v and files are looked at every %v", asked, i, i+1, x.list[i+1].came, x.fresh)
		}
		return ""
	}
	return fmt.Sprintf("it gets %q, which is no edition", body)
}

// informed is a client who knows when there is news, since it makes them.
func (s *site) informed(p *plan) behaviour {
	return behaviour{"informed", 3, func(c *client.Client) error {
		x := &editions{fresh: p.static.Fresh}
		for range 1 + sim.Choose("editions", 3) {
			if !x.print(s) {
				return nil
			}
			conn, err := c.Dial()
			if err != nil {
				return err
			}
			for range 1 + sim.Choose("readings", 2) {
				rt.Sleep([]time.Duration{0, 300 * time.Millisecond, 1500 * time.Millisecond}[sim.Choose("reads after", 3)])
				asked := rt.Now()
				if err := conn.Send(c.Get("/news.txt")); err != nil {
					conn.Close()
					return err
				}
				r, err := conn.Response(client.Want{Status: 200, Also: p.also(), Target: "/news.txt"})
				if err != nil {
					conn.Close()
					return err
				}
				if why := x.refutes(r.Body, asked); r.Status == 200 && why != "" && p.net.Profile.String() == "none" {
					sim.Failf("I18", "who asks for news: "+why)
				}
				if r.Close {
					break
				}
			}
			conn.Close()
		}
		return nil
	}}
}
