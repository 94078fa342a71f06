package kernel

// The table of strategies: how many runs each needs, on each kernel, until the
// first failure. One trial is one search from a seed of its own; a trial that
// finds nothing counts as its limit, so a mean next to it is a lower bound.

import (
	"fmt"
	"io"
	"math"
	"slices"
)

// Cell is what the trials of one strategy on one kernel showed.
type Cell struct {
	Kernel, Strategy string
	Trials, Found    int
	Mean             float64 // runs to the first failure
	Low, High        float64 // of the mean, 95 %, by the normal distribution
}

// Measure makes the trials of one cell. Their seeds lie far apart and do not begin
// with a block of lessons.
func Measure(k Kernel, c Contender, trials, limit int) Cell {
	cell := Cell{Kernel: k.Name, Strategy: c.Name, Trials: trials}
	var sum, squares float64
	for trial := range trials {
		runs, failed := Search(c.New(), firstSeed(trial), limit, k.Main)
		if failed != nil {
			cell.Found++
		}
		sum += float64(runs)
		squares += float64(runs) * float64(runs)
	}
	n := float64(trials)
	cell.Mean = sum / n
	if trials > 1 {
		deviation := math.Sqrt(max(0, (squares-sum*sum/n)/(n-1)))
		half := 1.96 * deviation / math.Sqrt(n)
		cell.Low, cell.High = max(1, cell.Mean-half), cell.Mean+half
	}
	return cell
}

func firstSeed(trial int) uint64 { return 1 + uint64(trial)*1_000_003 }

// Table measures contenders on kernels and writes one row a kernel as it goes.
// The last contender is compared with the best of the others: the row ends with
// the ratio of their means, the table with the ratios' geometric mean and
// maximum.
func Table(w io.Writer, kernels []Kernel, trials, limit int, contenders ...Contender) ([]Cell, error) {
	var cells []Cell
	var ratios []float64
	fmt.Fprintf(w, "mean runs to the first failure, 95 %% interval of the mean; %d trials of at most %d runs; (n) found it in n trials only\n%-18s", trials, limit, "kernel")
	for _, c := range contenders {
		fmt.Fprintf(w, " %-21s", c.Name)
	}
	fmt.Fprintf(w, " ratio\n")
	for _, k := range kernels {
		fmt.Fprintf(w, "%-18s", k.Name)
		var row []Cell
		for _, c := range contenders {
			cell := Measure(k, c, trials, limit)
			row = append(row, cell)
			fmt.Fprintf(w, " %-21s", cell)
		}
		cells = append(cells, row...)
		ratio := row[len(row)-1].Mean / best(row[:len(row)-1])
		ratios = append(ratios, ratio)
		if _, err := fmt.Fprintf(w, " %5.2f\n", ratio); err != nil {
			return cells, err
		}
	}
	_, err := fmt.Fprintf(w, "%s against the best of the others: geometric mean %.2f, at most %.2f\n",
		contenders[len(contenders)-1].Name, geometricMean(ratios), slices.Max(ratios))
	return cells, err
}

// String is the cell as the table has it.
func (c Cell) String() string {
	s := fmt.Sprintf("%.*f [%.*f %.*f]", digits(c.Mean), c.Mean, digits(c.Low), c.Low, digits(c.High), c.High)
	if c.Found < c.Trials {
		s += fmt.Sprintf(" (%d)", c.Found)
	}
	return s
}

func digits(x float64) int {
	if x < 100 {
		return 1
	}
	return 0
}

func best(row []Cell) float64 {
	m := math.Inf(1)
	for _, c := range row {
		m = min(m, c.Mean)
	}
	return m
}

func geometricMean(list []float64) float64 {
	sum := 0.0
	for _, x := range list {
		sum += math.Log(x)
	}
	return math.Exp(sum / float64(len(list)))
}
