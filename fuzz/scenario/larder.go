package scenario

// What origins have behind a cache, and what may come of it. All that they say is written
// down: which version of a thing, for whom, when, and for how long it is fresh. A client
// that asks later may get what was fresh when it asked, or what was made since; nothing
// that was changed, through the same server, before it asked; and never what is another's.

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"brigade/core/rt"
	"brigade/sim"
)

// goods are the sizes of what changes, in versions. The odd ones vary.
var goods = []int{10, 700, 9000, 300}

// larder is what is known of it.
type larder struct {
	first, offered int // of goods: those that shoppers ask for in this run

	mu      rt.Mutex
	version [4]int    // guarded by mu
	changed [4]int    // guarded by mu: the version that a client was told it has made
	said    []serving // guarded by mu
	trailed int       // guarded by mu: answers with trailers
}

// newLarder has shoppers ask for one or two of the goods: many for the same, so that they
// meet.
func newLarder() *larder {
	l := &larder{first: sim.Choose("first good", len(goods)), offered: 1 + sim.Choose("goods", 2)}
	l.mu.Label("larder")
	return l
}

// serving is something that an origin has said.
type serving struct {
	good, version int
	who           string
	at            rt.Instant
	life          time.Duration
	strict        bool // it may not be used when it is stale, whoever would have it
}

func shelf(i int) string { return proxied + "v" + strconv.Itoa(i) }

// good is which of goods a path is; -1: none.
func good(path string) int {
	if i := strings.TrimPrefix(path, proxied+"v"); len(i) == 1 && i[0] >= '0' && int(i[0]-'0') < len(goods) {
		return int(i[0] - '0')
	}
	return -1
}

// portion is the i-th good of a version, for whom it is.
func portion(i, version int, who string) []byte {
	return content(fmt.Sprintf("v%d.%d.%s", i, version, who), goods[i])
}

// strict is what an answer says that may not be used when it is stale.
const strict = "Cache-Control: max-age=1, must-revalidate\r\n"

// control draws for how long an answer may be kept.
func control() (field string, life time.Duration) {
	switch n := []int{1, 2, 4, 1, 0, -1, -2, -2}[sim.Choose("kept for", 8)]; n {
	case 0:
		return "Cache-Control: no-store\r\n", 0
	case -2:
		return strict, time.Second
	case -1:
		return "Cache-Control: no-cache\r\n", 0
	default:
		return fmt.Sprintf("Cache-Control: max-age=%d\r\n", n), time.Duration(n) * time.Second
	}
}

// serves is the answer to q, of what is kept: a status, fields, and content.
func (l *larder) serves(q *http.Request, status int, body []byte) (int, string, []byte) {
	field, life := control()
	said := serving{life: life, strict: field == strict}
	i := good(q.URL.Path)
	if i < 0 {
		tag := `"` + q.URL.Path + `"`
		if status == http.StatusOK {
			field += "ETag: " + tag + "\r\n"
		}
		if status == http.StatusOK && q.Header.Get("If-None-Match") == tag {
			return http.StatusNotModified, field, nil
		}
		return status, field, body
	}
	who := ""
	if i%2 == 1 {
		who = q.Header.Get("X-Who")
		field += "Vary: X-Who\r\n"
	}
	said.good, said.who = i, who
	v := l.takes(q.Method, said)
	if q.Method == http.MethodPost {
		return http.StatusOK, fmt.Sprintf("X-Version: %d\r\n", v), []byte("changed")
	}
	rt.Sleep([]time.Duration{0, 50 * time.Millisecond, 400 * time.Millisecond, 900 * time.Millisecond}[sim.Choose("origin dawdles", 4)]) // and it may change meanwhile
	tag := fmt.Sprintf("\"%d.%d.%s\"", i, v, who)
	field += fmt.Sprintf("ETag: %s\r\nX-Version: %d\r\n", tag, v)
	if q.Header.Get("If-None-Match") == tag {
		return http.StatusNotModified, field, nil
	}
	return http.StatusOK, field, portion(i, v, who)
}

// trails is the number that trailers behind a good tell; empty: there are none. Its head
// tells that number, too, so that both have to be of one answer.
func (l *larder) trails(path string) string {
	if good(path) < 0 || sim.Choose("good is trailed", 3) != 1 {
		return ""
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.trailed++
	return "t" + strconv.Itoa(l.trailed)
}

// takes is the version of a good that is served now, and writes down what is said of it.
func (l *larder) takes(method string, s serving) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := s.good
	if method == http.MethodPost || sim.Choose("it has changed", 4) == 1 {
		l.version[i]++
	}
	if method != http.MethodPost {
		s.version, s.at = l.version[i], rt.Now()
		l.said = append(l.said, s)
	}
	return l.version[i]
}

// wrong says what is wrong with an answer to a request that was sent at an instant, when
// floor was the version that the good had at least; empty: nothing.
func (l *larder) wrong(i, version, floor int, who string, sent rt.Instant, w wish) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if version < floor {
		return fmt.Sprintf("version %d, though it was changed to %d before that was asked for", version, floor)
	}
	last := time.Duration(-1 << 62)
	for _, s := range l.said {
		if s.good != i || s.version != version || s.who != who {
			continue
		}
		if w.young > 0 && s.at.Add(w.young) < sent { // RFC 9111 §5.2.1.1
			last = max(last, s.at.Add(w.young).Sub(sent))
			continue
		}
		until := s.at.Add(s.life)
		if !s.strict { // RFC 9111 §5.2.2.2
			until = until.Add(w.stale)
		}
		if s.at >= sent || !w.anew && (until > sent || until == sent && w.stale > 0 && !s.strict) { // RFC 9111 §5.2.1.2: no more than that
			return ""
		}
		last = max(last, s.at.Add(s.life).Sub(sent))
	}
	return fmt.Sprintf("version %d for %q, whose time was over for %v when it was asked for (anew: %t)", version, who, -last, w.anew)
}
