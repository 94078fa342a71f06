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

// Table measures contenders on kernels and writes one row a kernel as it goes. The
// last contender is compared with the best of the others: the row ends with the
// ratio of their means, the table with what the project asks of the portfolio, for
// the kernels that its shares were set by and for those that they were not.
func Table(w io.Writer, kernels []Kernel, trials, limit int, contenders ...Contender) ([]Cell, error) {
	var cells []Cell
	fmt.Fprintf(w, "mean runs to the first failure, 95 %% interval of the mean; %d trials of at most %d runs; (n) found it in n trials only\n%-18s", trials, limit, "kernel")
	for _, c := range contenders {
		fmt.Fprintf(w, " %-21s", c.Name)
	}
	fmt.Fprintf(w, " ratio\n")
	last := contenders[len(contenders)-1].Name
	sums := []summary{{title: last + ", kernels it was tuned on"}, {title: last + ", kernels it was not"}}
	for _, k := range kernels {
		fmt.Fprintf(w, "%-18s", k.Name)
		var row []Cell
		for _, c := range contenders {
			cell := Measure(k, c, trials, limit)
			row = append(row, cell)
			fmt.Fprintf(w, " %-21s", cell)
		}
		cells = append(cells, row...)
		own := row[len(row)-1]
		ratio := own.Mean / best(row[:len(row)-1])
		group := 0
		if slices.ContainsFunc(unseenKernels(), func(u Kernel) bool { return u.Name == k.Name }) {
			group = 1
		}
		sums[group].add(own, ratio)
		if _, err := fmt.Fprintf(w, " %5.2f\n", ratio); err != nil {
			return cells, err
		}
	}
	var err error
	for _, s := range sums {
		if len(s.ratios) > 0 {
			_, err = fmt.Fprintln(w, s)
		}
	}
	return cells, err
}

// What is asked of the portfolio.
const (
	askedFound = 57.0 / 60 // of the trials of each kernel
	askedMean  = 2.0       // times the best single strategy's runs, as a geometric mean
	askedMost  = 5.0       // times, on any kernel
)

// summary is how the last contender did on a group of kernels.
type summary struct {
	title  string
	ratios []float64
	found  int // kernels found often enough
}

func (s *summary) add(c Cell, ratio float64) {
	s.ratios = append(s.ratios, ratio)
	if float64(c.Found) >= askedFound*float64(c.Trials) {
		s.found++
	}
}

// String is the summary in a line.
func (s summary) String() string {
	mean, most := geometricMean(s.ratios), slices.Max(s.ratios)
	verdict := "held"
	if s.found < len(s.ratios) || mean > askedMean || most > askedMost {
		verdict = "missed"
	}
	return fmt.Sprintf("%s: found in 57 of 60 trials or more for %d of %d; against the best of the others geometric mean %.2f (at most %g), maximum %.2f (at most %g): %s",
		s.title, s.found, len(s.ratios), mean, askedMean, most, askedMost, verdict)
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
