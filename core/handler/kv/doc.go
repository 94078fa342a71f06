// Package kv is a handler that keeps values below keys, in memory: GET, HEAD, PUT and
// DELETE, with compare-and-swap by If-Match and If-None-Match (RFC 9110 §13.1). It is for
// trying out what a server does when requests change what others read.
//
// One value serves all loops and processors, in every topology. What is stored is never
// changed, only exchanged for something else, under one lock; so a response may still be
// on its way when its value has been replaced, and no operation copies a value with the
// lock held. Each operation takes effect at one moment between its request and its
// response.
//
//	h, err := kv.New(kv.Options{Path: "/kv/"})
//	phases := &exchange.Phases{Map: []exchange.Route{exchange.Below("/kv/", h)}, Handler: files}
//
// It leaves to others: who may change what (phases), content that is too long for the
// server (stage.Config.Content), ranges and compression (filters). Nothing of it is on
// disk.
package kv
