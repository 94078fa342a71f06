// Package stage moves connections through the steps of a server: accept, read,
// process, send, write, linger, close.
//
// There is one implementation of each step. A topology says which task performs
// which: with staged (Pane 2002) a listener, readers, processors and writers hand
// a connection round; with fused one event loop does all that cannot block, and
// processors the rest. A connection has one owner at a time, and changes hands
// only in an Inbox or a Queue.
//
//	s, err := stage.New(stage.Config{Kernel: k, Listen: addr, Handler: h})
//	s.Start()
//	defer s.Wait()
//	s.Drain(5 * time.Second)
//
// What requests mean is http1's business, what answers them a handler's, and what
// descriptors do sys's.
package stage
