package fuzz

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"brigade/fuzz/scenario"
)

// A worker tells which states it saw, what was drawn, and what faults did; of some
// runs, whether one of them mattered. Two units give what one of both would.
func TestCoverage(t *testing.T) {
	unit := func(id, first, count int) string {
		return fmt.Sprintf(`{"unit":{"id":%d,"build":%q,"scenario":"crowd","strategy":"random","engine":"coroutines","first":%d,"count":%d,"orders":true,"examine":4}}`, id, build(), first, count)
	}
	results := func(units ...string) (list []Result) {
		var out bytes.Buffer
		if err := Serve(strings.NewReader(strings.Join(units, "\n")), &out, scenario.All(), func(int) { t.Error("the worker would exit") }); err != nil {
			t.Fatal(err)
		}
		for d := json.NewDecoder(&out); d.More(); {
			var r Result
			if err := d.Decode(&r); err != nil || r.Error != "" {
				t.Fatal(err, r.Error)
			}
			list = append(list, r)
		}
		return list
	}
	whole := results(unit(1, 1, 40))[0]
	for _, cell := range []string{"wait/idle", "step/read", "status/200 OK", "probe/response", "system call/read EAGAIN", "client's end/content"} {
		if whole.Seen[cell] == 0 {
			t.Errorf("%s was never seen in %d runs", cell, whole.Counts.Runs)
		}
	}
	runs := uint64(0)
	for _, v := range []string{"topology/fused", "topology/staged", "topology/event"} {
		runs += whole.Drawn[v]
	}
	if runs != 40 || len(whole.Orders) != 40*8 {
		t.Errorf("%d runs drew a topology, %d bytes of orders; want 40 runs", runs, len(whole.Orders))
	}
	var sum FaultCount
	for _, f := range whole.Faults {
		sum.Enabled += f.Enabled
		sum.Fired += f.Fired
		sum.Sampled += f.Sampled
		sum.Changed += f.Changed
	}
	if sum.Enabled == 0 || sum.Fired == 0 || sum.Sampled == 0 || sum.Sampled > 40 || sum.Changed == 0 {
		t.Errorf("faults: %+v", sum)
	}
	var parts tally
	parts.begin(1, "", scenario.All(), nil)
	for _, r := range results(unit(1, 1, 15), unit(2, 16, 25)) {
		parts.faults.Merge(r.Faults)
		for k, n := range r.Seen {
			parts.seen[k] += n
		}
	}
	if fmt.Sprint(parts.faults) != fmt.Sprint(whole.Faults) || fmt.Sprint(parts.seen) != fmt.Sprint(whole.Seen) {
		t.Errorf("in two units\n%v\n%v\nin one\n%v\n%v", parts.faults, parts.seen, whole.Faults, whole.Seen)
	}
}

// What was expected comes first and is told even if it never came; the rest by name.
func TestGroups(t *testing.T) {
	list := groups([]Cell{{"wait", "idle"}, {"wait", "body"}, {"wait", "idle"}}, map[string]uint64{"wait/idle": 3, "wait/odd": 1, "new/thing": 2})
	if got, want := fmt.Sprint(list), "[{wait [{idle 3 true} {body 0 true} {odd 1 false}]} {new [{thing 2 false}]}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	s := Summary{Coverage: list}
	if got := fmt.Sprint(s.Unseen()); got != "[wait body]" {
		t.Error(got)
	}
}
