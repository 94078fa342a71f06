package strategy

// The portfolio: strategies take turns, run by run, and share what they learn.
// Each is blind somewhere (a walk to bugs that need one task to stand still for
// long, PCT to those that need many switches, SURW where the objects it draws are
// not those that matter), and no two of them in the same place, so a bug takes at
// most as many times the runs of the strategy that suits it as that strategy's
// share is of all.
//
// SURW, the best on most kernels by far, has seven runs of sixteen; five go to
// PCT and context bounding, which look for few preemptions, with small and smaller
// bounds; POS and the plain walk, which need to know nothing, have two each.
// (brigade table prints what that rests on.)
//
// The member is the seed's remainder, so a seed names its run as everywhere.

// NewPortfolio makes the portfolio for runs of about hint choices; 0: unknown.
func NewPortfolio(hint int) *Learner {
	random, pos, surw := new(Random), NewPOS(), new(surw)
	return newLearner("portfolio", hint,
		random, surw, &pct{depth: 3}, surw,
		pos, surw, &bounded{bound: 1}, surw,
		random, surw, &pct{depth: 2}, surw,
		pos, &pct{depth: 3}, &bounded{bound: 2}, surw,
	)
}
