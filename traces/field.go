package traces

// The header's lines, in their order: one table for writing and for reading.

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"brigade/sim"
)

// field is one line of the header.
type field struct {
	name  string
	write func(t *Trace) string
	read  func(t *Trace, s string) error
}

// fields lists the header's lines; every one is there, in this order.
func fields() []field {
	return []field{
		text("scenario", func(t *Trace) *string { return &t.Scenario }),
		text("strategy", func(t *Trace) *string { return &t.Strategy }),
		hex("seed", func(t *Trace) *uint64 { return &t.Seed }),
		text("engine", func(t *Trace) *string { return &t.Engine }),
		text("build", func(t *Trace) *string { return &t.Build }),
		text("go", func(t *Trace) *string { return &t.Go }),
		text("faults", func(t *Trace) *string { return &t.Faults }),
		{"expect", func(t *Trace) string { return string(t.Expect) }, readExpect},
		hex("hash", func(t *Trace) *uint64 { return &t.Hash }),
		count("steps", func(t *Trace) *int { return &t.Steps }),
		{"virtual", func(t *Trace) string { return t.Virtual.String() }, readVirtual},
		{"schedule", writeSchedule, readSchedule},
		{"verdict", func(t *Trace) string { return t.Verdict.Kind.String() }, readVerdict},
		text("invariant", func(t *Trace) *string { return &t.Verdict.Invariant }),
		text("signature", func(t *Trace) *string { return &t.Verdict.Signature }),
		text("message", func(t *Trace) *string { return &t.Verdict.Message }),
		text("task", func(t *Trace) *string { return &t.Verdict.Task }),
		count("step", func(t *Trace) *int { return &t.Verdict.Step }),
	}
}

func text(name string, at func(*Trace) *string) field {
	return field{
		name, func(t *Trace) string { return quoteText(*at(t)) },
		func(t *Trace, s string) (err error) {
			*at(t), err = unquoteText(s)
			return err
		},
	}
}

func hex(name string, at func(*Trace) *uint64) field {
	return field{
		name, func(t *Trace) string { return "0x" + strconv.FormatUint(*at(t), 16) },
		func(t *Trace, s string) (err error) {
			*at(t), err = parseHex(s)
			return err
		},
	}
}

func count(name string, at func(*Trace) *int) field {
	return field{
		name, func(t *Trace) string { return strconv.Itoa(*at(t)) },
		func(t *Trace, s string) (err error) {
			*at(t), err = parseCount(s)
			return err
		},
	}
}

func parseHex(s string) (uint64, error) {
	digits, ok := strings.CutPrefix(s, "0x")
	n, err := strconv.ParseUint(digits, 16, 64)
	if !ok || err != nil {
		return 0, fmt.Errorf("%q is not a number from 0x0 to 0xffffffffffffffff", s)
	}
	return n, nil
}

func parseCount(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 62)
	if err != nil {
		return 0, fmt.Errorf("%q is not a count (decimal digits)", s)
	}
	return int(n), nil
}

func readExpect(t *Trace, s string) error {
	t.Expect = Expect(s)
	if t.Expect != ExpectVerdict && t.Expect != ExpectHeld {
		return fmt.Errorf("%q is not one of: %s, %s", s, ExpectVerdict, ExpectHeld)
	}
	return nil
}

func readVirtual(t *Trace, s string) (err error) {
	if t.Virtual, err = time.ParseDuration(s); err != nil {
		return fmt.Errorf("%q is not a duration such as 1.5s", s)
	}
	return nil
}

func writeSchedule(t *Trace) string {
	if t.BySeed {
		return "seed"
	}
	return "departures"
}

func readSchedule(t *Trace, s string) error {
	t.BySeed = s == "seed"
	if !t.BySeed && s != "departures" {
		return fmt.Errorf("%q is not one of: departures, seed", s)
	}
	return nil
}

func readVerdict(t *Trace, s string) error {
	kind, ok := sim.ParseVerdictKind(s)
	if !ok {
		var names []string
		for k := sim.Held; k <= sim.Nondeterminism; k++ {
			names = append(names, k.String())
		}
		return fmt.Errorf("%q is not one of: %s", s, strings.Join(names, ", "))
	}
	t.Verdict.Kind = kind
	return nil
}
