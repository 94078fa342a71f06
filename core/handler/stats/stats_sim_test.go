package stats_test

// The applet on a simulated machine, judged by every checker.

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"brigade/core/exchange"
	"brigade/core/handler/echo"
	"brigade/core/handler/stats"
	"brigade/core/httpconn"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/invariants"
	"brigade/netsim"
	"brigade/netsim/client"
	"brigade/sim"
)

var address = netip.MustParseAddrPort("127.0.0.1:80")

// world is a machine with a server of the applet before an echo, and a process for clients.
type world struct {
	net    *netsim.Net
	peer   *netsim.Process
	server *stage.Server
	totals stage.Totals
}

// serve runs f with a server, in each topology, under a few schedules.
func serve(t *testing.T, net netsim.Config, cfg stage.Config, o stats.Options, f func(w *world)) {
	t.Helper()
	for _, topology := range []stage.Topology{stage.Fused, stage.Staged, stage.Event} {
		for seed := range uint64(2) {
			w := &world{net: netsim.New(net)}
			kernel := w.net.Process("server")
			w.peer = w.net.Process("client")
			r := sim.Run(sim.Options{Seed: seed + 1, World: w.net, Observers: invariants.Server(int32(kernel.ID())), Record: true}, func() {
				cfg, o := cfg, o
				o.Snapshot = func() *stage.Snapshot { return w.server.Snapshot() }
				cfg.Topology, cfg.Listen, cfg.Kernel, cfg.Stats = topology, address, kernel, true
				cfg.Pages = httpconn.Sizes{In: 2048, Out: 16 << 10}
				cfg.Handler = stats.New(o).Before(echo.Handler{})
				if seed%2 == 1 {
					cfg.Handler = &exchange.Phases{Map: []exchange.Route{stats.New(o).Route()}, Handler: echo.Handler{}}
				}
				var err error
				if w.server, err = stage.New(cfg); err != nil {
					rt.Bug("a server that must start: %v", err)
				}
				w.server.Start()
				f(w)
				w.server.Drain(10 * time.Second)
				w.totals = w.server.Wait()
			})
			if r.Verdict != nil {
				t.Fatalf("%v, seed %d: %v\n%s", topology, seed+1, r.Verdict, r.Verdict.Stack)
			}
		}
	}
}

// ask is one request on a connection of its own.
func (w *world) ask(why, method, target, fields string, status int) *client.Response {
	c, err := client.Dial(w.peer, address)
	if err != nil {
		rt.Bug("dial: %v", err)
	}
	defer c.Close()
	c.Patience = 60 * time.Second
	if err := c.Send([]byte(method + " " + target + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n")); err != nil {
		rt.Bug("%s: %v", why, err)
	}
	r, err := c.Response(client.Want{Method: method, Status: status})
	if err != nil {
		rt.Bug("%s: %v", why, err)
	}
	return r
}

// want stops a run in which something is not so.
func want(ok bool, format string, args ...any) {
	if !ok {
		rt.Bug(format, args...)
	}
}

// A path, a query or a field chooses the form; who may not ask gets nothing, whatever it
// asks for.
func TestForms(t *testing.T) {
	serve(t, netsim.Config{}, stage.Config{}, stats.Options{Version: "1<2"}, func(w *world) {
		for _, c := range []struct{ target, fields, kind string }{
			{"", "", "text/html; charset=utf-8"},
			{"/", "Accept: */*\r\n", "text/html; charset=utf-8"},
			{"", "Accept: text/html, application/json\r\n", "text/html; charset=utf-8"},
			{"", "Accept: application/json\r\n", "application/json"},
			{"/json", "", "application/json"},
			{"?format=json", "Accept: text/html\r\n", "application/json"},
			{"/metrics", "", "text/plain; version=0.0.4; charset=utf-8"},
			{"?x=1&format=prometheus", "", "text/plain; version=0.0.4; charset=utf-8"},
			{"", "Accept: text/plain;version=0.0.4;q=0.5,*/*;q=0.1\r\n", "text/plain; version=0.0.4; charset=utf-8"},
		} {
			for _, method := range []string{"GET", "HEAD"} {
				r := w.ask(c.target+" "+c.fields, method, stats.Path+c.target, c.fields, 200)
				want(r.Header.Get("Content-Type") == c.kind, "%s of %q with %q is %q", method, c.target, c.fields, r.Header.Get("Content-Type"))
				want(r.Header.Get("Cache-Control") == "no-store", "it may be stored")
				want((len(r.Body) > 500) == (method == "GET"), "%s has %d bytes", method, len(r.Body))
				want(!strings.HasPrefix(c.kind, "text/html") || strings.Contains(r.Header.Get("Content-Security-Policy"), "default-src 'none'"), "the page has no policy")
			}
		}
		w.ask("nothing is there", "GET", stats.Path+"/none", "", 404)
		w.ask("nor there", "GET", stats.Path+"x", "", 404)
		w.ask("it is not to be changed", "POST", stats.Path, "Content-Length: 0\r\n", 405)
		want(w.ask("others are the echo's", "GET", "/.brigade", "", 200).Header.Get("Content-Type") == "text/plain; charset=utf-8", "the applet answers for another")
	})
}

func TestOnlyThoseAllowed(t *testing.T) {
	o := stats.Options{Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	serve(t, netsim.Config{}, stage.Config{}, o, func(w *world) {
		for _, target := range []string{"", "/metrics", "/json", "/none"} {
			w.ask("not from here", "GET", stats.Path+target, "", 403)
		}
		w.ask("nor so", "POST", stats.Path, "Content-Length: 3\r\n\r\nabc", 403)
	})
}

// What is told when all is quiet is what was.
func TestFigures(t *testing.T) {
	o := stats.Options{Backends: func() []stats.Backend {
		return []stats.Backend{{Name: `a "quoted\ <b>name</b>`, Active: 1, Requests: 20, Errors: 3, State: "unfit", Checks: 9, Failed: 4}, {Name: "b", Fit: true, State: "fit"}}
	}}
	serve(t, netsim.Config{Latency: time.Millisecond}, stage.Config{}, o, func(w *world) {
		for range 5 {
			w.ask("an echo", "GET", "/hello", "", 200)
		}
		w.ask("none", "GET", stats.Path+"/none", "", 404)
		rt.Sleep(time.Second) // all loops have slept since
		var r stats.Report
		if err := json.Unmarshal(w.ask("JSON", "GET", stats.Path+"/json", "", 200).Body, &r); err != nil {
			rt.Bug("that is no JSON: %v", err)
		}
		want(r.Requests.Answers.Success == 5 && r.Requests.Answers.Client == 1, "%+v", r.Requests)
		want(r.Latency.Count == 6 && r.Connections.Accepted >= 6 && r.Connections.Open == 1, "%+v %+v", r.Latency, r.Connections)
		want(r.Server.Uptime >= 1 && r.Server.State == "serving" && r.Bytes.In > 0 && r.Bytes.Out > r.Bytes.In, "%+v %+v", r.Server, r.Bytes)
		want(len(r.Waits) > 10 && len(r.Backends) == 2 && len(r.Loops.Each) > 0, "%+v", r)
		metrics := string(w.ask("metrics", "GET", stats.Path+"/metrics", "", 200).Body)
		parser := expfmt.NewTextParser(model.UTF8Validation)
		families, err := parser.TextToMetricFamilies(strings.NewReader(metrics))
		if err != nil {
			rt.Bug("Prometheus' parser refuses it: %v", err)
		}
		want(families["brigade_responses_total"].Metric[1].Counter.GetValue() == 6, "2xx: %v", families["brigade_responses_total"])
		want(families["brigade_backend_errors_total"].Metric[0].Label[0].GetValue() == `a "quoted\ <b>name</b>`, "a name changes on its way: %v", families["brigade_backend_errors_total"])
		for i, in := range []float64{0, 0, 0, 1, 1, 0, 0, 0} { // fit, starting, resting, unfit
			want(families["brigade_backend_state"].Metric[i].Gauge.GetValue() == in, "states: %v", families["brigade_backend_state"])
		}
		want(families["brigade_backend_checks_total"].Metric[0].Counter.GetValue() == 9, "checks: %v", families["brigade_backend_checks_total"])
		want(families["brigade_backend_checks_failed_total"].Metric[0].Counter.GetValue() == 4, "checks: %v", families["brigade_backend_checks_failed_total"])
		h := families["brigade_request_duration_seconds"].Metric[0].Histogram
		want(h.GetSampleCount() == 7 && len(h.Bucket) > 20 && h.Bucket[len(h.Bucket)-1].GetCumulativeCount() == 7, "%v", h)
		page := string(w.ask("the page", "GET", stats.Path, "", 200).Body)
		want(strings.Contains(page, "a &#34;quoted\\ &lt;b&gt;name&lt;/b&gt;") && !strings.Contains(page, "<b>name"), "a name is markup")
	})
}

// With one I/O buffer for all, and sockets that hold little, clients who read slowly wait
// for each other and all get a whole answer: what cannot leave waits, and holds nobody up
// but who is behind it.
func TestOneBuffer(t *testing.T) {
	const clients = 4
	net := netsim.Config{SendBuffer: 1000, RecvBuffer: 1000, Latency: 20 * time.Millisecond}
	cfg := stage.Config{Buffers: 1, Processors: 1, Header: time.Minute, Room: time.Minute}
	serve(t, net, cfg, stats.Options{}, func(w *world) {
		var wg rt.WaitGroup
		for i := range clients {
			target := []string{"", "/json", "/metrics"}[i%3]
			wg.Go("client", func() {
				r := w.ask("it waits, and is answered", "GET", stats.Path+target, "", 200)
				want(len(r.Body) > 3000, "%s has %d bytes", target, len(r.Body))
			})
		}
		wg.Wait()
		b := w.server.Buffers()
		want(b.Classes[1].Refused > 0, "nobody was refused: %+v", b)
	})
}
