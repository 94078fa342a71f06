package hpack

type Decoder struct{}
