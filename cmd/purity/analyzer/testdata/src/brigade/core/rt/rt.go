// Package rt stands in for the real one. Nothing in it is reported: it is a seam.
package rt

import "time"

var started = time.Now()

type Cond struct{}

func (*Cond) Await(pred func() bool) {}
func (*Cond) Wait()                  {}

type Mutex struct{ held bool }

func (m *Mutex) Lock()   { m.held = true }
func (m *Mutex) Unlock() { m.held = false }

func Go(name string, f func()) { go f() }

func Bug(format string, args ...any) {}
