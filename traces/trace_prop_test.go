package traces_test

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/schedule"
	"brigade/traces"
)

// anyTrace draws traces with every kind of text in every place.
func anyTrace(t *rapid.T) *traces.Trace {
	word := rapid.OneOf(rapid.StringMatching(`[a-z/]{1,12}\.[0-9]`), rapid.String(), rapid.SampledFrom([]string{"", " ", "-", `"`, "->", "a b", "\t", "\r", "end", "\xff", "\u00a0"}))
	x := &traces.Trace{
		Header: traces.Header{
			Scenario: word.Draw(t, "scenario"), Strategy: word.Draw(t, "strategy"), Seed: rapid.Uint64().Draw(t, "seed"),
			Engine: word.Draw(t, "engine"), Build: word.Draw(t, "build"), Go: word.Draw(t, "go"), Faults: word.Draw(t, "faults"),
			Expect: rapid.SampledFrom([]traces.Expect{traces.ExpectVerdict, traces.ExpectHeld}).Draw(t, "expect"),
			Hash:   rapid.Uint64().Draw(t, "hash"), Steps: rapid.IntRange(0, 1<<60).Draw(t, "steps"),
			Virtual: time.Duration(rapid.Int64().Draw(t, "virtual")), BySeed: rapid.Bool().Draw(t, "by seed"),
		},
		Verdict: traces.Verdict{
			Kind:      sim.VerdictKind(rapid.IntRange(0, int(sim.Nondeterminism)).Draw(t, "kind")),
			Invariant: word.Draw(t, "invariant"), Signature: word.Draw(t, "signature"), Message: rapid.String().Draw(t, "message"),
			Task: word.Draw(t, "task"), Step: rapid.IntRange(0, 1<<60).Draw(t, "step"),
			Stack: rapid.OneOf(rapid.String(), rapid.StringMatching("( {0,2}\t?[a-z(). ]{0,8}\n){0,5}")).Draw(t, "stack"),
		},
		Departures: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) schedule.Departure {
			return schedule.Departure{
				Key:   schedule.Key{Task: word.Draw(t, "task"), Object: word.Draw(t, "object"), Op: word.Draw(t, "op"), N: rapid.Uint32().Draw(t, "n")},
				Value: word.Draw(t, "value"),
			}
		}), 0, 5).Draw(t, "departures"),
		Events: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) traces.Event {
			return traces.Event{
				Time: rt.Instant(rapid.Int64().Draw(t, "time")), Step: rapid.IntRange(0, 1<<60).Draw(t, "step"),
				Op: rt.Op(rapid.IntRange(0, rt.Ops-1).Draw(t, "op")), Task: word.Draw(t, "task"), Object: word.Draw(t, "object"),
				Words: [3]uint64{rapid.Uint64().Draw(t, "a"), rapid.Uint64().Draw(t, "b"), rapid.Uint64().Draw(t, "c")},
			}
		}), 0, 5).Draw(t, "events"),
	}
	x.Total = len(x.Events) + rapid.IntRange(0, 3).Draw(t, "more")
	if len(x.Departures) == 0 {
		x.Departures = nil
	}
	if len(x.Events) == 0 {
		x.Events = nil
	}
	return x
}

// Whatever the names and messages hold, reading gives back what was written.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyTrace(t)
		var b bytes.Buffer
		if err := want.Write(&b); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		got, err := traces.Read(&b)
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got  %+v\nwant %+v\nfrom\n%s", got, want, text)
		}
	})
}

// No part of a trace can be missing at its end without being missed.
func TestTruncated(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b bytes.Buffer
		if err := anyTrace(t).Write(&b); err != nil {
			t.Fatal(err)
		}
		whole := b.Bytes()
		n := rapid.IntRange(0, len(whole)-len("end\n")).Draw(t, "kept")
		_, err := traces.Read(bytes.NewReader(whole[:n]))
		var at *traces.Error
		if !errors.As(err, &at) {
			t.Fatalf("%d of %d bytes were read as a trace (%v)", n, len(whole), err)
		}
	})
}
