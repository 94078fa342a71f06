// Package mutate changes the core in many small ways and counts how many of the
// changes the general campaign notices: what it overlooks is homework for the
// judge and for the worlds that campaigns draw.
//
// A mutant is one change at one place. All of them are compiled into one program,
// each behind a switch that a process reads once, when it starts; the core on disk
// carries no trace of it. Lines do not move, so that what fails says where.
//
//	list, sources, err := mutate.Plant(root, mutate.Packages)
//	hunter, err := mutate.Build(ctx, root, list, sources)
//	score, err := hunter.Run(ctx, list, mutate.Options{Runs: 400})
//
// What cannot be told from the core as it is, is listed with the argument in
// equivalent.txt. How programs are built and hunted is package zoo's business.
package mutate
