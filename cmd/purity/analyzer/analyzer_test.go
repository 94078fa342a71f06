package analyzer_test

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"brigade/cmd/purity/analyzer"
)

// Each package under testdata holds one kind of breach, said by its want
// comments; clean holds none.
func TestBreaches(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), analyzer.Analyzer,
		"brigade/core/builds",
		"brigade/core/clean",
		"brigade/core/concurrency",
		"brigade/core/http2",
		"brigade/core/imports",
		"brigade/core/maps",
		"brigade/core/pointers",
		"brigade/core/rt",
		"brigade/core/sys/linux",
		"brigade/core/uses",
		"brigade/core/vars",
		"brigade/sim",
	)
}

// A file that this build leaves out is judged too. analysistest reads no want
// comments there, so what it calls unexpected is compared instead.
func TestIgnoredFiles(t *testing.T) {
	var got unexpected
	analysistest.Run(&got, analysistest.TestData(), analyzer.Analyzer, "brigade/core/ignored")
	slices.Sort(got)
	want := []string{
		"plan.go:3:9: unexpected diagnostic: //go:build never: the core is one build in both worlds; move what differs to core/rt or core/sys/linux",
		"wake_plan9.go:1:9: unexpected diagnostic: file name wake_plan9.go: it is a build constraint; rename it; what depends on the system is core/sys/linux",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// unexpected collects what analysistest complains of, without the folder.
type unexpected []string

func (u *unexpected) Errorf(format string, args ...any) {
	*u = append(*u, afterFolder(fmt.Sprintf(format, args...)))
}

// afterFolder drops the folder of the position that a complaint begins with.
func afterFolder(complaint string) string {
	position, rest, _ := strings.Cut(filepath.ToSlash(complaint), ": ")
	return path.Base(position) + ": " + rest
}

// The rules hold in the core that ships.
func TestCoreIsPure(t *testing.T) {
	loaded, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax, Dir: "../../.."}, "./core/...")
	if err != nil {
		t.Fatal(err)
	}
	seams := 0
	for _, pkg := range loaded {
		if pkg.PkgPath == "brigade/core/rt" || pkg.PkgPath == "brigade/core/sys" {
			seams++
		}
		for _, e := range pkg.Errors {
			t.Errorf("%s does not load: %v", pkg.PkgPath, e)
		}
	}
	if seams != 2 {
		t.Errorf("loaded %d packages, %d of the seams core/rt and core/sys", len(loaded), seams)
	}
	if t.Failed() {
		t.FailNow()
	}
	graph, err := checker.Analyze([]*analysis.Analyzer{analyzer.Analyzer}, loaded, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, root := range graph.Roots {
		if root.Err != nil {
			t.Errorf("%s: %v", root.Package.PkgPath, root.Err)
		}
		for _, d := range root.Diagnostics {
			t.Errorf("%s: %s", root.Package.Fset.Position(d.Pos), d.Message)
		}
	}
}
