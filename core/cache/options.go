package cache

import (
	"fmt"
	"time"
)

// Options are what a store is made from. Zero values mean the defaults, in brackets.
type Options struct {
	Bytes int64 // of all that is stored: bodies, heads, and what is kept beside; [0: there is no cache]
	// Longest is the longest body that is stored. [an eighth of Bytes]
	Longest int64
	// Alone is for how long each request fetches for itself what could not be stored the
	// last time. [10 s]
	Alone time.Duration
	// Trust has what requests say of how they were first sent be a part of their keys,
	// where an origin hears it. [no]
	Trust bool
}

// Complete fills in the defaults. The error says what cannot be.
func (o *Options) Complete() error {
	if o.Longest == 0 {
		o.Longest = o.Bytes / 8
	}
	if o.Alone == 0 {
		o.Alone = 10 * time.Second
	}
	switch {
	case o.Bytes < 0 || o.Bytes > 0 && o.Bytes < Least:
		return fmt.Errorf("cache: %d bytes; there are %d at least, or with 0 no cache", o.Bytes, Least)
	case o.Longest < 0 || o.Longest > o.Bytes:
		return fmt.Errorf("cache: a longest body of %d bytes; there are 1 to %d, the whole cache", o.Longest, o.Bytes)
	case o.Alone < 0:
		return fmt.Errorf("cache: times are 0, for the default, or more")
	}
	return nil
}

// Least is the smallest store: a few small objects.
const Least = 4 << 10
