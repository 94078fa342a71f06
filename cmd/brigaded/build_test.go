package main

import (
	"os/exec"
	"strings"
	"testing"
)

// linked are the packages of this module that a command links, with the ID of
// their build.
func linked(t *testing.T, command string) map[string]string {
	t.Helper()
	out, err := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.BuildID}}", command).Output()
	if err != nil {
		t.Fatalf("go list %s: %v", command, err)
	}
	packages := make(map[string]string)
	for line := range strings.Lines(string(out)) {
		path, id, _ := strings.Cut(strings.TrimSpace(line), " ")
		if strings.HasPrefix(path, "brigade/") {
			packages[path] = id
		}
	}
	return packages
}

// TestOneBuild holds that what is tested is what is deployed: both commands link
// the same build of each core package, and the server nothing that simulates.
func TestOneBuild(t *testing.T) {
	server, testbed := linked(t, "brigade/cmd/brigaded"), linked(t, "brigade/cmd/brigade")
	shared := 0
	for path, id := range server {
		for _, apart := range []string{"brigade/sim", "brigade/netsim", "brigade/fuzz", "brigade/invariants", "brigade/traces"} {
			if path == apart || strings.HasPrefix(path, apart+"/") {
				t.Errorf("brigaded links %s, which is for testing", path)
			}
		}
		other, ok := testbed[path]
		if !ok || !strings.HasPrefix(path, "brigade/core/") {
			continue
		}
		shared++
		if id == "" || id != other {
			t.Errorf("%s has two builds: %q in brigaded, %q in brigade", path, id, other)
		}
	}
	for _, path := range []string{"brigade/core/stage", "brigade/core/http1", "brigade/core/rt", "brigade/core/handler/static"} {
		if server[path] == "" || testbed[path] == "" {
			t.Errorf("%s is not linked by both commands; the comparison says nothing of it", path)
		}
	}
	t.Logf("%d core packages are the same build in both commands", shared)
}
