// Package zoo keeps known bugs as patches to the core, and plants them.
//
// A patch is a unified diff with a header that says what it plants and which
// verdicts convict it. It is applied to the module's current sources in memory;
// what comes of it reaches the compiler through `go build -overlay`, so the core
// itself carries no trace of it. A patch that no longer fits is an error that
// names file and hunk.
//
//	list, err := zoo.All()
//	binary, clean, err := zoo.Build(ctx, list[0], false)
//	defer clean()
//	report, err := zoo.Hunt(ctx, binary, zoo.Campaign{Seeds: 100})
//
// What a campaign is stands in package fuzz; which bugs there are, in testdata.
package zoo
