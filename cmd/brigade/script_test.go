package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestScript runs a script that holds, one that does not, and one that is none.
func TestScript(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	get := "connect\nrequest GET /hello.txt\n"
	good := file("good.talk", get+"expect 200 file /hello.txt\n")
	bad := file("bad.talk", get+"expect 404\n")
	none := file("none.talk", "conect\n")
	for _, x := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{good}, 0, "1 script against sim: 0 failed, 0 left out"},
		{[]string{good, bad}, 2, "bad.talk:3: expect: wrong: request 1: status 200, not 404"},
		{[]string{none}, 1, `none.talk:1: there is no statement "conect"; there are server, connect,`},
		{[]string{filepath.Join(dir, "missing.talk")}, 1, "no such file"},
		{[]string{"--server", "apache"}, 1, `--server "apache": there are sim, brigaded, nginx`},
		{[]string{"--against", "192.0.2.1:80", good}, 1, "an address of the loopback"},
		{[]string{"--help"}, 0, "expect STATUS [to METHOD] [close|open]"},
	} {
		var out, errs bytes.Buffer
		status := run(append([]string{"script"}, x.args...), &out, &errs, demos())
		if text := out.String() + errs.String(); status != x.status || !strings.Contains(text, x.want) {
			t.Errorf("%q: status %d, want %d with %q\n%s", x.args, status, x.status, x.want, text)
		}
	}
}

// TestScriptOutput holds all that is printed of scripts that hold and that do not: of
// these the line, what was expected, and what came.
func TestScriptOutput(t *testing.T) {
	dir := t.TempDir()
	for name, expects := range map[string]string{
		"good": "expect 200 file /hello.txt", "status": "expect 404", "field": "expect 200\n  | Content-Type: text/html", "body": "expect 200 file /digits.txt",
		"end": "expect 200\nexpect-close",
	} {
		if err := os.WriteFile(filepath.Join(dir, name+".talk"), []byte("connect\nrequest GET /hello.txt\n"+expects+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, errs, status := brigade(t, dir, "script", "good.talk", "status.talk", "field.talk", "body.talk", "end.talk")
	want, err := os.ReadFile(filepath.Join("testdata", "script.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if status != 2 || out+errs != string(want) {
		t.Errorf("status %d, want 2\n%s\nwant\n%s", status, out+errs, want)
	}
}
