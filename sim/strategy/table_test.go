package strategy_test

import (
	"strings"
	"testing"

	"brigade/sim/kernel"
)

// TestTable makes a little of the table; brigade table prints it whole.
func TestTable(t *testing.T) {
	const n, most = 3, 50
	w := &strings.Builder{}
	list, err := kernel.Contenders("random", "surw", "portfolio")
	if err != nil {
		t.Fatal(err)
	}
	all := kernel.All()
	cells, err := kernel.Table(w, append(all[:2:2], all[len(all)-2]), n, most, list...)
	if err != nil || len(cells) != 9 {
		t.Fatal(len(cells), err)
	}
	for _, c := range cells {
		if c.Found != n || c.Mean < 1 || c.Low > c.Mean || c.High < c.Mean {
			t.Errorf("%+v", c)
		}
	}
	if text := w.String(); strings.Count(text, "\n") != 7 || strings.Count(text, "geometric mean") != 2 {
		t.Error(text)
	}
}
