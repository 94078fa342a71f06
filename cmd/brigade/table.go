package main

// The table command: how many runs each strategy needs until it finds each of the
// classic bugs.

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"brigade/sim/kernel"
)

// tableFlags are the flags of brigade table.
type tableFlags struct {
	trials     int
	limit      int
	kernels    string
	strategies string
}

func (p *program) table() *cobra.Command {
	f := new(tableFlags)
	c := &cobra.Command{
		Use: "table", Short: "Measure strategies on small programs with known bugs", Args: cobra.NoArgs,
		Long: `Table searches each of the classic small programs by each strategy, seed after
seed, until a run fails, and prints the mean number of runs that took, with its
95 % interval. The last strategy is compared with the best of the others, and
held against what is asked of the portfolio. The whole takes some minutes.`,
		RunE: func(*cobra.Command, []string) error { return p.measure(f) },
	}
	c.Flags().IntVar(&f.trials, "trials", 60, "`N` searches for each mean")
	c.Flags().IntVar(&f.limit, "limit", 10_000, "give a search up after `N` runs")
	c.Flags().StringVar(&f.kernels, "kernels", "", "only those whose name matches this `REGEXP`")
	c.Flags().StringVar(&f.strategies, "strategies", "random,pct:2,pct:3,pos,surw,urw,delay:2,context:2,roundrobin,dfs,portfolio", "`NAMES` of the columns, two at least")
	return c
}

func (p *program) measure(f *tableFlags) error {
	if f.trials < 1 || f.limit < 1 {
		return fmt.Errorf("--trials and --limit are 1 at least")
	}
	match, err := regexp.Compile(f.kernels)
	if err != nil {
		return fmt.Errorf("--kernels: %w", err)
	}
	list, err := kernel.Contenders(strings.Split(f.strategies, ",")...)
	if err != nil {
		return err
	}
	if len(list) < 2 {
		return fmt.Errorf("--strategies names one; the last is compared with the others, so there must be two")
	}
	var chosen []kernel.Kernel
	for _, k := range kernel.All() {
		if match.MatchString(k.Name) {
			chosen = append(chosen, k)
		}
	}
	if len(chosen) == 0 {
		return fmt.Errorf("--kernels: no kernel matches %q", f.kernels)
	}
	_, err = kernel.Table(p.stdout, chosen, f.trials, f.limit, list...)
	return err
}
