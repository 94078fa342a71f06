// Package proxy is the handler of a reverse proxy: it has answers fetched from backends
// that speak HTTP/1.1, and passes them on.
//
// It decides and moves no byte: which backend is asked (balance.go), with what head
// (request.go, forwarded.go), what of the answer's head the client gets (answer.go), and
// which backends are left alone for a while because they failed (backend.go). The bytes
// are package stage's, whose loops fetch without a task or a processor waiting.
//
//	p, err := proxy.New(proxy.Options{Backends: []netip.AddrPort{a, b}})
//	stage.Config{Handler: p, ...}
//
// One Proxy serves all tasks: what they share of it are a few counters. Retrying,
// timeouts and kept connections are not its business.
package proxy
