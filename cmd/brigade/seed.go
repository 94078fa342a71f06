package main

import (
	"fmt"
	"strconv"
	"strings"
)

// seedValue is a flag that takes a number in decimal or in 0x hexadecimal.
type seedValue struct {
	n   uint64
	set bool
}

// Set implements pflag.Value.
func (v *seedValue) Set(s string) error {
	base := 10
	digits, hex := strings.CutPrefix(strings.ToLower(s), "0x")
	if hex {
		base = 16
	}
	n, err := strconv.ParseUint(digits, base, 64)
	if err != nil {
		return fmt.Errorf("a seed is a number from 0 to 2^64-1, in decimal or as 0x hexadecimal")
	}
	v.n, v.set = n, true
	return nil
}

// String implements pflag.Value.
func (v *seedValue) String() string {
	if !v.set {
		return ""
	}
	return fmt.Sprintf("%#x", v.n)
}

// Type implements pflag.Value: the word in the help.
func (v *seedValue) Type() string { return "seed" }
