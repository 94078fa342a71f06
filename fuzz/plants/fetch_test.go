package plants

// What TestFetchesChangeHands in core/httpconn is there for: with a bug in what moves
// between two workers, or in what is left of a request, it fails, and says how. All are
// compiled into one test of that package.

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"brigade/fuzz"
	"brigade/fuzz/zoo"
)

// inFetches are such bugs. A verdict is what the test says.
var inFetches = []Bug{
	{
		"fetch-left-over", "I21", "an http_conn that is recycled keeps what was read ahead",
		[]string{"I21"},
		[]edit{{
			"core/httpconn/conn.go", "\tc.start, c.end, c.scanned, c.head = 0, 0, 0, 0\n",
			"\tkept := c.end\n\tc.start, c.end, c.scanned, c.head = 0, 0, 0, 0\n\tif PLANTED {\n\t\tc.end = kept\n\t}\n",
		}},
	},
	{
		"fetch-left-behind", "I19", "what was read ahead does not travel with an http_conn",
		[]string{"I19", "I18"},
		[]edit{{
			"core/httpconn/conn.go", "func (c *Conn) Give() { c.memory.Give() }\n",
			"func (c *Conn) Give() {\n\tif PLANTED {\n\t\tc.end = c.start\n\t}\n\tc.memory.Give()\n}\n",
		}},
	},
	{
		"fetch-not-taken", "I01", "the memory of an http_conn stays its giver's",
		[]string{"I01"},
		[]edit{{
			"core/httpconn/conn.go", "\tc.memory.Take(scope)\n}\n\n// Buffered",
			"\tif !PLANTED {\n\t\tc.memory.Take(scope)\n\t}\n}\n\n// Buffered",
		}},
	},
	{
		"fetch-two-hands", "I01", "the shard's list keeps what it gave, and two workers have it",
		[]string{"panic: ", "I01"},
		[]edit{{"core/httpconn/depot.go", "\td.free = d.free[:k]\n", "\tif !PLANTED {\n\t\td.free = d.free[:k]\n\t}\n"}},
	},
	{
		"fetch-stock-left", "I06", "a worker that ends leaves its stock",
		[]string{"I06"},
		[]edit{{"core/httpconn/pool.go", "func (p *Pool) Close() {\n", "func (p *Pool) Close() {\n\tif PLANTED {\n\t\tp.free = nil\n\t}\n"}},
	},
}

func TestFetchesFailWhenPlanted(t *testing.T) {
	if fuzz.RaceBuilt() {
		t.Log("the same without the race detector says as much in less time")
		return
	}
	path := fetchTest(t)
	for _, b := range append(inFetches, Bug{Name: "none"}) {
		c := exec.CommandContext(context.Background(), path, "-test.run", "^TestFetchesChangeHands$", "-test.v")
		c.Dir = t.TempDir()
		c.Env = append(os.Environ(), Variable+"="+b.Name)
		out, err := c.CombinedOutput()
		said := string(out)
		if b.Verdicts == nil {
			if err != nil || !strings.Contains(said, "--- PASS: TestFetchesChangeHands") {
				t.Errorf("nothing is planted, and the test says: %v\n%s", err, said)
			}
			continue
		}
		t.Logf("%-17s %s", b.Name, firstLine(said))
		if err == nil || !saysOne(said, b.Verdicts) {
			t.Errorf("%s (%s) is planted, and the test says nothing of %q: %v\n%s", b.Name, b.Title, b.Verdicts, err, said)
		}
	}
}

// fetchTest builds the test with all of them in it.
func fetchTest(t *testing.T) (path string) {
	t.Helper()
	ctx := context.Background()
	root, err := zoo.Root(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s, err := plant(root, inFetches)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	overlay, err := s.Write(root, dir)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(dir, "httpconn.test")
	c := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", path, "./core/httpconn")
	c.Dir = root
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("the planted test does not build: %v\n%s", err, out)
	}
	return path
}

// firstLine is the test's own first line about what failed.
func firstLine(said string) string {
	for line := range strings.Lines(said) {
		if strings.Contains(line, "seed ") {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

func saysOne(said string, words []string) bool {
	for _, w := range words {
		if strings.Contains(said, w) {
			return true
		}
	}
	return false
}
