package main

import (
	"io"
	"strings"
	"testing"
	"time"
)

// A sample of what the command does at length: everybody gets all, and what is held for
// them is within what the buffers and the connections may take.
func TestSlowClientsAreHeldInBuffers(t *testing.T) {
	s := slow{clients: 300, buffers: 300, shards: 2, topology: "fused", gogc: "100", ways: "files", lasts: time.Second}
	var out strings.Builder
	if err := s.run(&out); err != nil {
		t.Error(err)
	}
	if !strings.Contains(out.String(), "300 of 300 slow clients got 1024 KiB") {
		t.Errorf("%q; want all to get all", out.String())
	}
}

// More than that is an error, and so is a client who went without.
func TestSlowClientsAreJudged(t *testing.T) {
	s := slow{clients: 10, buffers: 10}
	if err := s.verdict("files", 10, s.may(), nil); err != nil {
		t.Error(err)
	}
	if s.verdict("files", 10, s.may()+1, nil) == nil || s.verdict("files", 9, 0, io.EOF) == nil {
		t.Error("too much, or too few, and no error")
	}
}
