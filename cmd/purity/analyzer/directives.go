package analyzer

// Directives. The core is one build for both worlds: a file that some builds
// leave out, or a name that is linked to a body elsewhere, would be another.

import (
	"go/ast"
	"go/build"
	"go/parser"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// directives refuses build constraints, in text or in a file's name, and linkname.
// Files that this build leaves out are read as well.
func (p *pass) directives() {
	files := slices.Clone(p.Files)
	for _, name := range p.IgnoredFiles {
		src, err := p.ReadFile(name)
		if err != nil || !strings.HasSuffix(name, ".go") {
			continue
		}
		if f, err := parser.ParseFile(p.Fset, name, src, parser.ParseComments|parser.SkipObjectResolution); err == nil {
			files = append(files, f)
		}
	}
	for _, f := range files {
		if p.inTest(f.Package) {
			continue
		}
		if name := filepath.Base(p.Fset.File(f.Package).Name()); constrained(name) {
			p.refuse(f.Name, "file name "+name, "it is a build constraint", "rename it; what depends on the system is core/sys/linux")
		}
		for _, group := range f.Comments {
			p.directiveComments(f, group)
		}
	}
}

// directiveComments reports a constraint at the package clause, since it holds for
// the file.
func (p *pass) directiveComments(f *ast.File, group *ast.CommentGroup) {
	for _, comment := range group.List {
		switch directive, _, _ := strings.Cut(comment.Text, " "); directive {
		case "//go:build", "//+build":
			p.refuse(f.Name, comment.Text, "the core is one build in both worlds", "move what differs to core/rt or core/sys/linux")
		case "//go:linkname":
			p.refuse(comment, directive, "it reaches past the seams", "ask core/rt or core/sys for it")
		}
	}
}

// constrained says whether a file of this name belongs to some systems only. It
// asks go/build with a system that does not exist, for which every name that
// mentions a real one is left out.
func constrained(name string) bool {
	nowhere := build.Context{
		GOOS: "nowhere", GOARCH: "nowhere", Compiler: "gc",
		OpenFile: func(string) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader("package p\n")), nil
		},
	}
	match, err := nowhere.MatchFile("", name)
	return err == nil && !match
}
