package http2

import "golang.org/x/net/http2/hpack" // want `import of golang.org/x/net/http2/hpack: another file of this package imports it too; keep x/net's framer in one file`

type session struct{ fields hpack.Decoder }
