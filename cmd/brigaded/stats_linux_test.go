package main

// The statistics page of the real server.

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"brigade/core/handler/stats"
)

func TestStats(t *testing.T) {
	each(t, newSite(t), func(t *testing.T, d *daemon) {
		c := &http.Client{Transport: &http.Transport{}}
		defer c.CloseIdleConnections()
		at := "http://" + d.addr + stats.Path
		for range 3 {
			fetched(t, c, http.MethodGet, "http://"+d.addr+"/small.txt", nil)
		}
		fetched(t, c, http.MethodGet, "http://"+d.addr+"/none", nil)
		if text, r := fetched(t, c, http.MethodGet, at, nil); r.StatusCode != 200 || !strings.Contains(text, "data-v=\"requests.total\"") || !strings.HasSuffix(text, "</html>\n") {
			t.Errorf("the page: %s, %d bytes", r.Status, len(text))
		}
		text, _ := fetched(t, c, http.MethodGet, at+"?format=json", nil)
		var r stats.Report
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			t.Fatal(err)
		}
		// The last answers may have left in a turn that has not ended.
		if a := r.Requests.Answers; a.Success < 3 || a.Client != 1 || r.Latency.Count < 4 || !r.Memory.Process.Known || r.Memory.Process.Resident < 1<<20 {
			t.Errorf("%+v %+v %+v", r.Requests, r.Latency, r.Memory)
		}
		if text, r := fetched(t, c, http.MethodGet, at+"/metrics", nil); r.StatusCode != 200 || !strings.Contains(text, "\nbrigade_responses_total{class=\"2xx\"} ") {
			t.Errorf("for Prometheus: %s, %.200s", r.Status, text)
		}
	}, "--stats")
}

// TestStatsAreAskedFor: nobody gets what was not asked for, nor who is not allowed.
func TestStatsAreAskedFor(t *testing.T) {
	c := &http.Client{Transport: &http.Transport{}}
	defer c.CloseIdleConnections()
	for _, x := range []struct {
		flags  []string
		status int
	}{
		{nil, 404},
		{[]string{"--stats", "--stats-allow", "10.0.0.0/8,::1"}, 403},
		{[]string{"--stats", "--stats-allow", "10.0.0.0/8", "--stats-allow", "127.0.0.1"}, 200},
	} {
		d := start(t, newSite(t), x.flags...)
		if _, r := fetched(t, c, http.MethodGet, "http://"+d.addr+stats.Path, nil); r.StatusCode != x.status {
			t.Errorf("with %v: %s; want %d", x.flags, r.Status, x.status)
		}
		c.CloseIdleConnections()
		d.stop()
	}
}

func TestStatsFlags(t *testing.T) {
	for flags, want := range map[string]string{
		"--root . --stats-allow ::1":             "--stats-allow goes with --stats, which is missing",
		"--root . --stats --stats-allow 10.0/8":  `--stats-allow "10.0/8": "10.0/8" is neither an address nor a range of them, such as 10.0.0.0/8 or ::1/128`,
		"--root . --stats --stats-allow ::1,one": `"one" is neither an address`,
	} {
		var b strings.Builder
		if status := run(strings.Fields(flags), &b, &b); status != statusUsage || !strings.Contains(b.String(), want) {
			t.Errorf("%s: status %d, %q", flags, status, b.String())
		}
	}
}
