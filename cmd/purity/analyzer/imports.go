package analyzer

// Imports. The core's arrows point at packages of the standard library whose
// results follow from their arguments, at other packages of the core, and, from
// one file each, at the few libraries that a package of the core exists to enclose:
// x/net's HTTP/2 framer in core/http2, klauspost's gzip in core/filter/gzip. A list of what is pure errs
// on the side that a reader notices; a list of what is not would err silently.

import (
	"go/ast"
	"strconv"
	"strings"

	"golang.org/x/tools/go/ast/inspector"
)

// confined are libraries that one file of one package may import.
var confined = [...]struct{ path, home, what string }{
	{"golang.org/x/net/http2", "/http2", "x/net's framer"},
	{"golang.org/x/net/http2/hpack", "/http2", "x/net's framer"},
	{"github.com/klauspost/compress/gzip", "/filter/gzip", "the compressor"},
}

// purePackages are those of the standard library that may be imported. A name
// that ends in a slash stands for all packages below it as well.
var purePackages = [...]string{
	"bufio", "bytes", "cmp", "compress/", "container/", "context", "encoding/",
	"errors", "fmt", "hash/", "html", "io", "io/fs", "iter", "maps", "math",
	"math/big", "math/bits", "math/cmplx", "net/netip", "net/url", "path", "reflect",
	"regexp/", "runtime", "slices", "sort", "strconv", "strings", "text/", "time",
	"unicode/", "unsafe",
	"crypto/hmac", "crypto/md5", "crypto/sha1", "crypto/sha256", "crypto/sha3",
	"crypto/sha512", "crypto/subtle",
}

// impure explains the refusal of the packages that one would most likely reach
// for; the first that holds the import decides. It is read before purePackages.
var impure = [...]struct{ path, rule, instead string }{
	{"sync/atomic", unscheduled, "use rt.Int32, rt.Int64, rt.Bool, rt.Pointer and their kin"},
	{"sync", unscheduled, "use rt.Mutex, rt.RWMutex, rt.Cond, rt.WaitGroup or rt.Once; a pool of objects belongs to a shard"},
	{"math/rand", "its numbers do not come from the run's seed", "use rt.Rand"},
	{"crypto/rand", "its numbers do not come from the run's seed", "use rt.Rand"},
	{"hash/maphash", "its seed differs from process to process", "use hash/fnv or hash/crc32"},
	{"runtime/", "what it tells or does differs from run to run", "leave it to the command"},
	{"os", "it asks the machine", "use sys.Kernel for files, and take settings from the caller"},
	{"net/netip", "", ""},
	{"net/url", "", ""},
	{"net", "it makes system calls on goroutines of its own", "use sys.Kernel, and net/netip for addresses"},
	{"mime", "it reads the machine's tables of types", "use a table in the package"},
	{"log", "it writes past the seams and locks as it does", "use the log queue, whose task writes through sys.Kernel"},
	{"unique", "its handles and their collection belong to the process", "compare the values, or intern them in a table with an owner"},
	{"weak", "when it lets go is the collector's choice", "give the object an owner"},
	{"syscall", "it makes system calls", "use sys.Kernel"},
	{"path/filepath", "its rules are the operating system's", "use path"},
	{"testing", "it belongs in test files", "move the code to one"},
	{linuxPath, "it is the real side of a seam", "take a sys.Kernel from the caller"},
}

// imports judges every import of the files that ship.
func (p *pass) imports() {
	enclosing := "" // the file that imports what is confined here
	for c := range p.root.Preorder((*ast.ImportSpec)(nil)) {
		if p.inTest(c.Node().Pos()) {
			continue
		}
		spec := c.Node().(*ast.ImportSpec)
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the compiler has refused it
		}
		home, what := enclosure(path)
		if home == "" {
			p.importOf(c, path)
			continue
		}
		file := p.Fset.File(spec.Pos()).Name()
		switch {
		case p.Pkg.Path() != corePath+home:
			p.refuse(spec, "import of "+path, "it is for one file of core"+home, "use core"+home)
		case enclosing == "":
			enclosing = file
		case enclosing != file:
			p.refuse(spec, "import of "+path, "another file of this package imports it too", "keep "+what+" in one file")
		}
	}
}

// enclosure is the package, below the core's path, that path is confined to; empty: none.
func enclosure(path string) (home, what string) {
	for _, c := range confined {
		if c.path == path {
			return c.home, c.what
		}
	}
	return "", ""
}

// importOf judges one import other than HTTP/2's.
func (p *pass) importOf(c inspector.Cursor, path string) {
	spec := c.Node().(*ast.ImportSpec)
	for _, no := range impure {
		if within(path, strings.TrimSuffix(no.path, "/")) && (path+"/" != no.path) {
			if no.rule != "" {
				p.refuse(spec, "import of "+path, no.rule, no.instead)
				return
			}
			break
		}
	}
	switch {
	case within(path, corePath), isPure(path):
	case within(path, "brigade"):
		p.refuse(spec, "import of "+path, "arrows point from it to the core", "move what is needed below core")
	default:
		p.refuse(spec, "import of "+path, "it is not among the pure packages", "use a pure package, or take the result from the caller")
	}
}

// isPure says whether path is a package of the standard library that may be used.
func isPure(path string) bool {
	for _, pure := range purePackages {
		parent, tree := strings.CutSuffix(pure, "/")
		if path == pure || tree && within(path, parent) {
			return true
		}
	}
	return false
}
