package http2

import (
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

type codec struct {
	framer *http2.Framer
	fields *hpack.Decoder
}
