package strategy

// The portfolio: strategies take turns, run by run, and share what they learn.
// Each is blind somewhere (a walk to bugs that need one task to stand still for
// long, PCT to those that need many switches, SURW where its object is not the
// one that matters), and no two of them in the same place. With m members of
// equal share no bug takes more than about m times the runs of the best one.
//
// The member is the seed's remainder, so a seed names its run as everywhere.

// NewPortfolio makes the portfolio for runs of about hint choices; 0: unknown.
func NewPortfolio(hint int) *Learner {
	return newLearner(hint,
		new(Random), new(surw), NewPOS(), &pct{depth: 3},
	)
}
