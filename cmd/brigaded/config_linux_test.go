package main

// The file of the README, as it stands there, by the real binary.

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// fromReadme is the piece of TOML that the README shows.
func fromReadme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?s)```toml\n(.*?)```").FindAllSubmatch(text, -1)
	if len(m) != 1 {
		t.Fatalf("the README shows %d pieces of TOML; it has one", len(m))
	}
	return string(m[0][1])
}

// TestReadmeProxy: five lines are a proxy. The flags say where this test listens and has
// its backends, since the README's places may be another's; all else is the file's.
func TestReadmeProxy(t *testing.T) {
	text := fromReadme(t)
	if n := len(strings.Fields(strings.ReplaceAll(strings.TrimSpace(text), " ", "_"))); n > 5 {
		t.Errorf("a proxy takes %d lines; the README says five", n)
	}
	file := filepath.Join(t.TempDir(), "brigaded.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	d := launch(t, "--check", "--config", file)
	if rest := d.wantExit("the README's file is right", statusClean); rest != "" {
		t.Errorf("--check says %q", rest)
	}
	o, _ := settled(t, text)
	if o.listen.String() != "127.0.0.1:8080" || o.proxy.String() != "127.0.0.1:9301,127.0.0.1:9302" || o.balance.String() != "least" {
		t.Errorf("it means --listen %v --proxy %v --proxy-balance %v", &o.listen, &o.proxy, &o.balance)
	}

	list, _ := startBackends(t)
	d = launch(t, "--config", file, "--listen", "127.0.0.1:0", "--proxy", list, "--linger-timeout", "100ms")
	d.addr = d.want("it says where it listens", `listening on (\S+), topology fused`)[1]
	client := &http.Client{Transport: &http.Transport{}}
	seen := map[string]bool{}
	for range 4 {
		_, r := fetched(t, client, http.MethodGet, "http://"+d.addr+"/", nil)
		seen[r.Header.Get("X-Backend")] = true
	}
	if len(seen) != 2 {
		t.Errorf("of two backends there answered %v", seen)
	}
	client.CloseIdleConnections()
	d.stop()
}

// TestGroups: of two groups and files each has its paths, the longest first.
func TestGroups(t *testing.T) {
	list, _ := startBackends(t)
	one, two, _ := strings.Cut(list, ",")
	file := filepath.Join(t.TempDir(), "brigaded.toml")
	text := "root = \"" + newSite(t) + "\"\n[proxy.all]\nbackends = [\"" + one + "\"]\nbelow = \"/a/\"\n[proxy.some]\nbackends = [\"" + two + "\"]\nbelow = \"/a/b/\"\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	d := launch(t, "--config", file, "--listen", "127.0.0.1:0", "--linger-timeout", "100ms")
	d.addr = d.want("it says where it listens", `listening on (\S+), topology fused`)[1]
	client := &http.Client{Transport: &http.Transport{}}
	for target, want := range map[string]string{"/a/x": "0", "/a/b/x": "1", "/small.txt": ""} {
		if _, r := fetched(t, client, http.MethodGet, "http://"+d.addr+target, nil); r.StatusCode != 200 || r.Header.Get("X-Backend") != want {
			t.Errorf("%s: %s, of backend %q; want %q", target, r.Status, r.Header.Get("X-Backend"), want)
		}
	}
	client.CloseIdleConnections()
	d.stop()
}
