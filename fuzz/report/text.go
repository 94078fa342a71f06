package report

// The tables as text: what faults did, and which states were seen.

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"brigade/fuzz"
)

// Text writes the tables of s.
func Text(w io.Writer, s *fuzz.Summary) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	tell := func(format string, args ...any) { _, _ = fmt.Fprintf(t, format, args...) } // the writer keeps its first error, and so does w's owner
	tell("\n  fault\tenabled in\tstruck in\ttimes\tchanged\tclients saw\tof\tcause\n")
	for _, f := range s.Suffered {
		tell("%s%s\t%d\t%d\t%d\t%d\t%d\t%d\t%s\n", flag(f.Enabled == 0 || f.Fired == 0 || f.Changed == 0), f.Name,
			f.Enabled, f.Struck, f.Fired, f.Changed, f.Seen, f.Sampled, f.Cause)
	}
	_ = t.Flush()
	for _, list := range [][]fuzz.Group{s.Coverage, s.Drawn} {
		tell("\n")
		for _, g := range list {
			for _, c := range g.Cells {
				tell("%s%s\t%s\t%d\n", flag(c.Expected && c.Times == 0), g.Name, c.Name, c.Times)
			}
		}
		_ = t.Flush()
	}
	cells := s.Unseen()
	tell("\n%d states and values never seen%s\n", len(cells), after(cells))
	tell("%d faults that came to nothing%s\n", len(s.Idle), after(s.Idle))
	_ = t.Flush()
}

func after(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return ": " + strings.Join(list, ", ")
}

// flag marks what is missing.
func flag(missing bool) string {
	if missing {
		return "! "
	}
	return "  "
}
