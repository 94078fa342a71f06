//go:build !linux

package main

import "errors"

// descriptors is never asked where there is no server.
func descriptors() (uint64, error) { return 0, errors.ErrUnsupported }
