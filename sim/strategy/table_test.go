package strategy_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"brigade/sim/kernel"
)

var (
	table      = flag.Bool("table", false, "print the table of strategies and kernels")
	trials     = flag.Int("trials", 60, "trials of each cell of the table")
	limit      = flag.Int("limit", 10_000, "runs of a trial, at most")
	contenders = flag.String("strategies", "random,pct:2,pct:3,pos,surw,urw,delay:2,context:2,roundrobin,dfs,portfolio", "columns of the table, the portfolio last")
	only       = flag.String("kernels", "", "part of the names of the kernels of the table")
)

// TestTable prints the table on request, with go test ./sim/strategy -run TestTable -table -v.
func TestTable(t *testing.T) {
	w := &strings.Builder{}
	n, most, names := 3, 50, "random,surw,portfolio"
	if *table {
		n, most, names = *trials, *limit, *contenders
	}
	list, err := kernel.Contenders(strings.Split(names, ",")...)
	if err != nil {
		t.Fatal(err)
	}
	var kernels []kernel.Kernel
	for _, k := range kernel.All() {
		if strings.Contains(k.Name, *only) {
			kernels = append(kernels, k)
		}
	}
	if *table {
		if _, err := kernel.Table(os.Stdout, kernels, n, most, list...); err != nil {
			t.Fatal(err)
		}
		return
	}
	cells, err := kernel.Table(w, kernels[:3], n, most, list...)
	if err != nil || len(cells) != 9 {
		t.Fatal(len(cells), err)
	}
	for _, c := range cells {
		if c.Found != n || c.Mean < 1 || c.Low > c.Mean || c.High < c.Mean {
			t.Errorf("%+v", c)
		}
	}
	if text := w.String(); strings.Count(text, "\n") != 6 || !strings.Contains(text, "geometric mean") {
		t.Error(text)
	}
}
