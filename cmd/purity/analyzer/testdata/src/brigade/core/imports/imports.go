package imports

import (
	"bytes"
	_ "crypto/rand" // want `import of crypto/rand: its numbers do not come from the run's seed; use rt.Rand`
	_ "crypto/sha256"
	_ "crypto/tls"   // want `import of crypto/tls: it is not among the pure packages; use a pure package`
	_ "hash/maphash" // want `import of hash/maphash: its seed differs from process to process; use hash/fnv`
	_ "log"          // want `import of log: .*; use the log queue`
	_ "log/slog"     // want `import of log/slog: .*; use the log queue`
	_ "math/rand"    // want `import of math/rand: .*; use rt.Rand`
	_ "math/rand/v2" // want `import of math/rand/v2: .*; use rt.Rand`
	_ "mime"         // want `import of mime: it reads the machine's tables of types; use a table`
	_ "net"          // want `import of net: .*; use sys.Kernel, and net/netip`
	_ "net/http"     // want `import of net/http: `
	_ "net/netip"
	_ "net/url"
	_ "os"            // want `import of os: it asks the machine; use sys.Kernel`
	_ "os/signal"     // want `import of os/signal: `
	_ "path/filepath" // want `import of path/filepath: .*; use path`
	_ "runtime/debug" // want `import of runtime/debug: `
	_ "sync"          // want `import of sync: the scheduler does not see it; use rt.Mutex`
	_ "sync/atomic"   // want `import of sync/atomic: the scheduler does not see it; use rt.Int32`
	_ "syscall"       // want `import of syscall: it makes system calls; use sys.Kernel`
	_ "testing"       // want `import of testing: it belongs in test files`
	_ "unique"        // want `import of unique: `
	_ "weak"          // want `import of weak: .*; give the object an owner`

	_ "golang.org/x/net/http2" // want `import of golang.org/x/net/http2: it is for one file of core/http2; use core/http2`

	_ "brigade/core/rt"
	_ "brigade/core/sys/linux" // want `import of brigade/core/sys/linux: it is the real side of a seam; take a sys.Kernel`
	_ "brigade/sim"            // want `import of brigade/sim: arrows point from it to the core; move what is needed below core`
)

var _ = bytes.Equal
