package fuzz

// Kept traces: witnesses that every build is held against.

import (
	"fmt"

	"brigade/fuzz/scenario"
	"brigade/sim"
	"brigade/traces"
)

// CheckKept replays a kept trace and says in what it disappoints. One that is
// expected to show its verdict is followed strictly; one whose cause was removed
// must hold, followed as far as it goes. A data race shows itself to programs
// built with -race only; elsewhere the run must not fail in any other way.
func CheckKept(set scenario.Set, t *traces.Trace) error {
	p, err := Replay(set, t, t.Expect == traces.ExpectVerdict)
	if err != nil {
		return err
	}
	unseen := t.Verdict.Kind == sim.DataRace && !RaceBuilt()
	if t.Expect == traces.ExpectHeld || unseen {
		if p.Now.Count > 0 {
			return fmt.Errorf("the run must hold and ends with %s: %s", p.Now.Signature, p.Now.Message)
		}
		return nil
	}
	if d := p.Difference(); d != "" {
		return fmt.Errorf("the run is another than the trace's: %s", d)
	}
	return nil
}
