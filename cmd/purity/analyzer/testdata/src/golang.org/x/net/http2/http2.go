package http2

type Framer struct{}
