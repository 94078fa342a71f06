package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brigade/core/rt"
	"brigade/fuzz/scenario"
	"brigade/netsim"
)

// hoarding asks for four pages and cannot do without the third.
func hoarding() *scenario.Scenario {
	return &scenario.Scenario{
		Name: "hoarding", Story: "a task asks for pages", Apart: true,
		Prepare: func(e *scenario.Env) func() {
			n := netsim.New(netsim.Config{})
			e.World = n
			return func() {
				p, err := netsim.ParseProfile(e.Faults)
				if err != nil {
					rt.Bug("%v", err)
				}
				n.Adjust(netsim.Config{Profile: p})
				for i := range 4 {
					if page := rt.Pages(100); page != nil {
						rt.FreePages(page)
					} else if i == 2 {
						rt.Bug("there is no third page")
					}
				}
			}
		},
	}
}

// A sweep finds the one place of four at which a refusal is one too many, and leaves a
// trace that shows it again.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	out, errs, status := brigade(t, dir, "fuzz", "hoarding", "--sweep", "page-refused")
	path := filepath.Join("traces", "new", "hoarding-1-page-refused-3.trace")
	for _, want := range []string{
		"hoarding   seed 0x1    page-refused at 4 places\n", "assertion: there is no third page", "replay " + path, "1 failure: 4 runs of 1 scenario in ",
	} {
		if status != 3 || !strings.Contains(out, want) {
			t.Errorf("status %d, no %q\n%s%s", status, want, out, errs)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, path)); err != nil {
		t.Fatal(err)
	}
	if out, errs, status = brigade(t, dir, "replay", path); status != 3 || !strings.Contains(out, "there is no third page") {
		t.Errorf("replay: status %d\n%s%s", status, out, errs)
	}
	out, errs, status = brigade(t, dir, "fuzz", "held", "--sweep", "page-refused", "--seeds", "3", "--json")
	if status != 0 || !strings.Contains(out, `"runs":0`) || !strings.Contains(out, `{"scenario":"held","seed":3,"places":0}`) || !strings.Contains(out, `"failures":[]`) {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
	for _, x := range []struct {
		args []string
		want string
	}{
		{[]string{"--sweep", "gremlins"}, `no fault is called "gremlins"; brigade list --faults has them`},
		{[]string{"--sweep", "rst", "--for", "1s"}, "--sweep goes with --seeds"},
	} {
		if _, errs, status := brigade(t, dir, append([]string{"fuzz", "held"}, x.args...)...); status != 1 || !strings.Contains(errs, x.want) {
			t.Errorf("%v: status %d, %q; want %q", x.args, status, errs, x.want)
		}
	}
}
