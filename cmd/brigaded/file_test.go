package main

// What is wrong in a file, and what is right in one. Each refusal names the place, the
// key and what is allowed.

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

var rewrite = flag.Bool("rewrite", false, "write example.toml anew")

// checked runs brigaded --check on a file with this text.
func checked(t *testing.T, text string, flags ...string) (status int, file, stdout, stderr string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "brigaded.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	status = run(append([]string{"--check", "--config", file}, flags...), &out, &errs)
	return status, file, out.String(), errs.String()
}

func TestFileRefused(t *testing.T) {
	const good = "[proxy]\nbackends = [\"127.0.0.1:9\"]\n"
	for _, x := range []struct {
		name, text string
		want       []string // lines, behind the file's name
	}{
		{"nothing", "", []string{": root is missing: it names the directory to serve; or proxy.backends is, which names backends"}},
		{"no TOML", "listen = \n" + good, []string{":1:10: unexpected character U+000A at start of value"}},
		{"twice", "listen = \"127.0.0.1:1\"\nlisten = \"127.0.0.1:2\"\n" + good, []string{":2:1: key listen is already defined"}},
		{"a misspelt key", "listn = \"127.0.0.1:1\"\n" + good, []string{":1:1: there is no key listn; listen may be meant"}},
		{"a flag for the command line", "check = true\n" + good, []string{":1:1: there is no key check; it belongs in [proxy]"}},
		{"a key of no likeness", "wings = 2\n" + good, []string{":1:1: there is no key wings; brigaded --help lists the flags, whose names they are"}},
		{"a key of the table above it", "balance = \"hash\"\n" + good, []string{":1:1: there is no key balance; it belongs in [proxy]"}},
		{"a flag's name above the table", "proxy-balance = \"hash\"\n" + good, []string{":1:1: there is no key proxy-balance; in [proxy] there is balance"}},
		{"a flag's name for the table", "proxy = [\"127.0.0.1:9\"]\n", []string{":1:1: there is no key proxy; it is a table, [proxy], and they are its backends"}},
		{"a key behind the table", good + "drain = \"1s\"\n", []string{":3:1: there is no key proxy.drain; it belongs in no table, so above the first"}},
		{"a misspelt key of the table", good + "ballance = \"hash\"\n", []string{":3:1: there is no key proxy.ballance; balance may be meant"}},
		{"another table", good + "[server]\nroot = \"/\"\n", []string{":3:2: there is no table [server]; there are [proxy], and [proxy.NAME] for other groups of backends"}},
		{"a list of tables", "[[proxy]]\nbackends = [\"127.0.0.1:9\"]\n", []string{":1:3: [[proxy]] is a list of tables; a table is meant, [proxy], and several have names, [proxy.NAME]"}},
		{"a text for a number", "shards = \"2\"\n" + good, []string{":1:10: shards: it is a whole number, not a text"}},
		{"a number for a text", "listen = 8080\n" + good, []string{":1:10: listen: it is a text in quotes, not a whole number"}},
		{"a number for a time", "drain = 10\n" + good, []string{`:1:9: drain: it is a time with its unit in quotes, such as "1m30s" or "500ms", not a whole number`}},
		{"a text for a list", "[proxy]\nbackends = \"127.0.0.1:9\"\n", []string{`:2:12: proxy.backends: it is a list of texts in quotes, ["...", "..."], not a text`}},
		{"a number in a list", "deny = [\"/a\", 2]\n" + good, []string{":1:15: deny: it is a list of texts in quotes, and not of a whole number"}},
		{"a fraction", "buffers = 1.5\n" + good, []string{":1:11: buffers: it is a whole number, not a number with a fraction"}},
		{"a text for yes or no", "defer-accept = \"yes\"\n" + good, []string{":1:16: defer-accept: it is true or false, not a text"}},
		{"a date", "drain = 2026-11-26\n" + good, []string{`:1:9: drain: it is a time with its unit in quotes, such as "1m30s" or "500ms", not a date or time`}},
		{"out of range", "shards = 1_000\n" + good, []string{`:1:10: shards "1000": it is a whole number from 1 to 256`}},
		{"a budget of none", "buffers = 0\n" + good, []string{`:1:11: buffers "0": it is a whole number from 1 to 16777216`}},
		{"a time without its unit", "drain = \"10\"\n" + good, []string{`:1:9: drain "10": it is a time with its unit, such as 1m30s or 500ms, from 1ms to 720h0m0s`}},
		{"a backend twice", "[proxy]\nbackends = [\"127.0.0.1:9\",\n  \"127.0.0.1:9\"]\n", []string{`:3:3: proxy.backends "127.0.0.1:9": it is named twice`}},
		{"what does not go together", "readers = 2\n" + good, []string{":1:1: readers: there are none with topology fused; it goes with topology staged"}},
		{"checks of nothing", good + "check-rise = 2\n", []string{":3:1: proxy.check-rise goes with proxy.check, which is missing"}},
		{"a check of what is no path", good + "check = \"http\"\n", []string{`:3:9: proxy.check "http": it is tcp, or a path that begins with a slash`}},
		{"a check of no status", good + "check = \"/\"\ncheck-status = 99\n", []string{`:4:16: proxy.check-status "99": it is a whole number from 200 to 599`}},
		{"a group without backends", "[proxy.api]\nbelow = \"/api/\"\n" + good, []string{": proxy.api.backends: it names no backends"}},
		{"a group that nobody reaches", good + "[proxy.api]\nbackends = [\"127.0.0.1:8\"]\n", []string{`: proxy.api.below "/": it is what proxy.below says already, and nobody would reach the second`}},
		{"files that nobody reaches", "root = \".\"\n" + good, []string{":3:1: proxy.backends takes all requests, and none is left for root; proxy.below tells which it takes"}},
		{"a cache of nothing", "root = \".\"\ncache = \"64M\"\n", []string{":2:1: cache goes with proxy.backends, which is missing"}},
		{"a cache that holds nothing", "cache = 1024\n" + good, []string{`:1:9: cache "1024": it is a number of bytes, such as 65536, 64K, 1M or 1G, from 4K on`}},
		{"a cache of no size", "cache = true\n" + good, []string{`:1:9: cache: it is a whole number, or one with its unit in quotes, such as "64K", not true or false`}},
		{"a cache of one group", good + "cache = \"64M\"\n", []string{":3:1: there is no key proxy.cache; it belongs in no table, so above the first"}},
		{"the table in braces", "proxy = { backends = [\"127.0.0.1:9\"], balance = \"fair\" }\n", []string{`:1:49: proxy.balance "fair": it is round-robin, least or hash`}},
		{
			"all at once", "shards = 0\nroom = \"1s\"\n" + good + "balance = 1\nproxy.api.below = \"/\"\n",
			[]string{
				`:1:10: shards "0": it is a whole number from 1 to 256`, ":2:1: there is no key room; root may be meant",
				":5:11: proxy.balance: it is a text in quotes, not a whole number",
				":6:1: there is no table [proxy.proxy.api]; there are [proxy], and [proxy.NAME] for other groups of backends",
			},
		},
	} {
		status, file, stdout, stderr := checked(t, x.text)
		var want strings.Builder
		for _, line := range x.want {
			want.WriteString("brigaded: " + file + line + "\n")
		}
		if status != statusStart || stdout != "" || stderr != want.String() {
			t.Errorf("%s: status %d, %q, and\n%swant status %d and\n%s", x.name, status, stdout, stderr, statusStart, &want)
		}
	}
}

func TestFileTaken(t *testing.T) {
	for _, x := range []struct {
		name, text, flags string
	}{
		{"a proxy", "[proxy]\nbackends = [\"127.0.0.1:9\"]\n", ""},
		{"files", "root = \".\"\n", ""},
		{"dotted keys", "proxy.backends = [\"127.0.0.1:9\"]\nproxy.balance = \"hash\"\n", ""},
		{"in braces", "proxy = { backends = [\"127.0.0.1:9\"] }\n", ""},
		{"groups beside files", "root = \".\"\n[proxy.a]\nbackends = [\"127.0.0.1:9\"]\nbelow = \"/a/\"\n[proxy.b]\nbackends = [\"127.0.0.1:9\"]\nbelow = \"/a/b/\"\n", ""},
		{"a cache, of all groups", "cache = \"64M\"\nroot = \".\"\n[proxy.a]\nbackends = [\"127.0.0.1:9\"]\nbelow = \"/a/\"\n", ""},
		{"what a flag adds", "drain = \"1s\"\n", "--root ."},
		{"a size as a number, and with its unit", "root = \".\"\nrate = 65536\nbody-limit = \"2M\"\n", ""},
		{"every form of a number", "root = \".\"\nshards = 0x10\nbuffers = 1_000\ngzip = 9\ndefer-accept = false\n", ""},
	} {
		if status, _, stdout, stderr := checked(t, x.text, strings.Fields(x.flags)...); status != statusClean || stdout != "ok\n" || stderr != "" {
			t.Errorf("%s: status %d, %q, %q; it is to be ok", x.name, status, stdout, stderr)
		}
	}
}

func TestFileMissing(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if status := run([]string{"--check", "--config", "/none.toml"}, &stdout, &stderr); status != statusStart || stderr.String() != "brigaded: --config: open /none.toml: no such file or directory\n" {
		t.Errorf("status %d, %q", status, &stderr)
	}
	if status, file, _, text := checked(t, "root = \"/none\"\n"); status != statusStart || text != "brigaded: "+file+":1:1: root /none: no such file or directory; it names the directory to serve\n" {
		t.Errorf("status %d, %q", status, text)
	}
}

// settled are the options that a file and flags amount to.
func settled(t *testing.T, text string, flags ...string) (*options, *pflag.FlagSet) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "brigaded.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &program{stderr: os.Stderr}
	c := p.command()
	if err := c.ParseFlags(append(flags, "--config", file)); err != nil {
		t.Fatal(err)
	}
	p.said = said{flag: c.Flags().Changed}
	if wrong := p.read(c.Flags()); wrong != nil {
		t.Fatalf("%s: %v", text, wrong)
	}
	return &p.options, c.Flags()
}

// TestFlagsWin: what a flag says holds, whatever the file says, and of lists all of it.
func TestFlagsWin(t *testing.T) {
	const text = "drain = \"1s\"\nshards = 3\ndeny = [\"/a\", \"/b\"]\n[proxy]\nbackends = [\"127.0.0.1:1\", \"127.0.0.1:2\"]\nbalance = \"hash\"\n"
	o, _ := settled(t, text)
	if got := fmt.Sprintf("%v %d %v %v %v", o.drain.value, o.shards.n, o.deny, o.proxy.String(), o.balance.value); got != "1s 3 [/a /b] 127.0.0.1:1,127.0.0.1:2 hash" {
		t.Errorf("a file alone: %s", got)
	}
	o, _ = settled(t, text, "--drain", "2s", "--proxy", "127.0.0.1:3", "--deny", "/c")
	if got := fmt.Sprintf("%v %d %v %v %v", o.drain.value, o.shards.n, o.deny, o.proxy.String(), o.balance.value); got != "2s 3 [/c] 127.0.0.1:3 hash" {
		t.Errorf("flags and a file: %s", got)
	}
	if status, _, _, stderr := checked(t, "root = \".\"\ndrain = \"soon\"\n", "--drain", "2s"); status != statusStart || !strings.Contains(stderr, `drain "soon": it is a time`) {
		t.Errorf("what a flag overrules is right, too: status %d, %q", status, stderr)
	}
}

// example lists every key with its default, by the flags' headings; what has none is
// shown with something that may stand there.
func example() string {
	var b strings.Builder
	b.WriteString("# Every setting of brigaded: its default, or an example where there is none. A key is a\n# flag's name; a flag wins.\n#\n#     brigaded --check --config FILE\n")
	var o options
	tables := o.tables()
	i := slices.IndexFunc(tables, func(h heading) bool { return strings.HasPrefix(h.title, "Backends") })
	tables = append(slices.Delete(slices.Clone(tables), i, i+1), tables[i]) // TOML has tables last
	for _, h := range tables {
		shown := false
		h.VisitAll(func(f *pflag.Flag) {
			if slices.Contains(alone, f.Name) {
				return
			}
			key, inTable := keyOf(f.Name)
			if !shown {
				b.WriteString("\n# " + h.title + "\n")
				if inTable {
					b.WriteString("#[" + table + "]\n")
				}
			}
			shown = true
			b.WriteString("\n")
			_, usage := pflag.UnquoteUsage(f)
			for _, line := range wrapped(usage, 96) {
				b.WriteString("# " + line + "\n")
			}
			b.WriteString("#" + key + " = " + shownAs(f) + "\n")
		})
	}
	return b.String()
}

// usual are the numbers that a server has by default which has two processors and all the
// descriptors that it needs.
var usual = map[string]string{
	"shards": "2", "readers": "1", "writers": "1", "processors": "2", "queue": "2", "max-connections": "32768", "buffers": "16384",
}

// shownAs is a value that f may have: its default, where it has one.
func shownAs(f *pflag.Flag) string {
	text := f.DefValue
	if n, ok := usual[f.Name]; ok {
		text = n
	}
	if text == "" || text == "[]" {
		what, _ := pflag.UnquoteUsage(f)
		text = map[string]string{"N": "200", "LEVEL": "1", "WHAT": "/health", "CIDR,CIDR...": "10.0.0.0/8", "SIZE": "1M", "DIR": "/srv/www", "PATH": "/example/", "FILE": "/tmp/example"}[what]
		if text == "" {
			text = "127.0.0.1:9301"
		}
	}
	if several(f) {
		return fmt.Sprintf("[%q]", text)
	}
	switch f.Value.Type() {
	case "bool", "N":
		return text
	}
	return fmt.Sprintf("%q", text)
}

func wrapped(text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}

// TestExample: example.toml is what example says; all of it together is understood, and
// amounts to the defaults where there are any.
func TestExample(t *testing.T) {
	want := example()
	if *rewrite {
		if err := os.WriteFile("example.toml", []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile("example.toml"); err != nil || string(got) != want {
		t.Errorf("example.toml is not what the flags are (%v); go test ./cmd/brigaded -run Example -rewrite writes it anew", err)
	}
	var text strings.Builder
	for line := range strings.Lines(want) {
		if !strings.HasPrefix(line, "# ") && len(line) > 2 {
			text.WriteString(line[1:])
		}
	}
	_, flags := settled(t, text.String())
	flags.VisitAll(func(f *pflag.Flag) {
		if f.DefValue != "" && f.DefValue != "[]" && !slices.Contains(alone, f.Name) && f.Value.String() != f.DefValue {
			t.Errorf("%s is %s by the example, and %s without it", f.Name, f.Value, f.DefValue)
		}
	})
}
