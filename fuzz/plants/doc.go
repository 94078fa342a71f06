// Package plants shows that the judge sees: for each invariant that the core can
// break, a bug that breaks it, and who reports that.
//
// All bugs are compiled into one program, each behind a switch that a process reads
// when it starts; the core on disk carries no trace of them. Unlike the patches of
// package zoo they are not meant to be hard to find, and unlike the mutants of
// package mutate each is made for one property: a checker that is blind or speaks
// for another shows here.
//
//	s, err := plants.Plant(root)
//	path, err := s.Build(ctx, root, dir, false)
//	row := &plants.Row{Bug: plants.All()[0]}
//	err = row.Try(ctx, path, 0, 20, traces)
package plants
