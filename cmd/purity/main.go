// Command purity checks that the core asks nothing of the world except through
// its two seams, core/rt and core/sys.
//
//	go run ./cmd/purity ./core/...
//
// It prints one line for each breach, with what to write instead, and exits with
// status 3 if there was any. Package analyzer says what counts as one.
package main

import (
	"golang.org/x/tools/go/analysis/singlechecker"

	"brigade/cmd/purity/analyzer"
)

func main() { singlechecker.Main(analyzer.Analyzer) }
