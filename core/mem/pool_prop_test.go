package mem

// The model of a pool tree is a tree: destroying a node destroys those below it
// first, then runs its cleanups, newest first.

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// order is a cleanup that writes down when it ran.
type order struct {
	cleanup Cleanup
	name    string
	log     *[]string
}

func (o *order) Clean() { *o.log = append(*o.log, o.name) }

// node is a pool in the model.
type node struct {
	pool     *Pool
	parent   *node
	children []*node // oldest first
	cleanups []*order
	pieces   [][]byte
	fill     byte
	gone     bool
}

// destroy is what destroying n has to run.
func (n *node) destroy(log []string) []string {
	for _, c := range slices.Backward(n.children) {
		log = c.destroy(log)
	}
	for _, c := range slices.Backward(n.cleanups) {
		log = append(log, c.name)
	}
	n.gone, n.children, n.cleanups = true, nil, nil
	return log
}

func TestPoolTree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, s := owned(Limits{Keep: int64(rapid.SampledFrom([]int{0, 4096, 1 << 20}).Draw(t, "keep"))})
		var log, want []string
		var nodes []*node
		var done []*order // that were registered, and may be again
		live := func() *node {
			var list []*node
			for _, n := range nodes {
				if !n.gone {
					list = append(list, n)
				}
			}
			if len(list) == 0 {
				return nil
			}
			return rapid.SampledFrom(list).Draw(t, "pool")
		}
		for i := range rapid.IntRange(1, 60).Draw(t, "operations") {
			n := live()
			if n == nil {
				nodes = append(nodes, &node{pool: a.NewPool(Request), fill: byte(i)})
				continue
			}
			switch rapid.SampledFrom([]string{"root", "child", "child", "alloc", "alloc", "register", "register", "run", "kill", "destroy"}).Draw(t, "operation") {
			case "root":
				nodes = append(nodes, &node{pool: a.NewPool(Request), fill: byte(i)})
			case "child":
				c := &node{pool: n.pool.Child(Scratch), parent: n, fill: byte(i)}
				n.children = append(n.children, c)
				nodes = append(nodes, c)
			case "alloc":
				n.alloc(t, s)
			case "register":
				c := &order{name: fmt.Sprint(i), log: &log}
				if len(done) > 0 && rapid.Bool().Draw(t, "again") {
					c, done = done[0], done[1:]
				}
				n.pool.Register(&c.cleanup, c)
				n.cleanups = append(n.cleanups, c)
			case "run", "kill":
				if k := len(n.cleanups); k > 0 {
					k = rapid.IntRange(0, k-1).Draw(t, "cleanup")
					c := n.cleanups[k]
					n.cleanups = slices.Delete(n.cleanups, k, k+1)
					if rapid.Bool().Draw(t, "run") {
						c.cleanup.Run()
						want = append(want, c.name)
					} else {
						c.cleanup.Kill()
					}
					done = append(done, c)
				}
			case "destroy":
				if n.parent != nil {
					at := slices.Index(n.parent.children, n)
					n.parent.children = slices.Delete(n.parent.children, at, at+1)
				}
				want = n.destroy(want)
				n.pool.Destroy()
			}
			if !slices.Equal(log, want) {
				t.Fatalf("cleanups ran as %q, want %q", log, want)
			}
			intact(t, nodes)
		}
		for _, n := range nodes {
			if n.parent == nil && !n.gone {
				want = n.destroy(want)
				n.pool.Destroy()
			}
		}
		if !slices.Equal(log, want) {
			t.Fatalf("at the end cleanups had run as %q, want %q", log, want)
		}
		a.End()
	})
}

func (n *node) alloc(t *rapid.T, s *Scope) {
	outer := s.Enter(n.pool)
	b, err := n.pool.Alloc(rapid.SampledFrom([]int{0, 1, 100, 1000, 1024, 3000, 200_000}).Draw(t, "bytes"))
	s.Leave(outer)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b {
		b[i] = n.fill
	}
	n.pieces = append(n.pieces, b)
}

// intact: pieces of live pools overlap none.
func intact(t *rapid.T, nodes []*node) {
	for _, n := range nodes {
		for _, b := range n.pieces {
			if !n.gone && len(b) > 0 && (b[0] != n.fill || b[len(b)-1] != n.fill) {
				t.Fatal("memory of one pool was written as another's")
			}
		}
	}
}

// Pieces share blocks: a piece comes out of the largest room that is left, if it fits, and
// else out of a block of its own, whose rest is room if it is more than there was.
func TestPiecesShareBlocks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, s := owned(Limits{})
		p := a.NewPool(Request)
		s.Enter(p)
		room, out := 0, int64(0)
		var pieces [][]byte
		for i := range rapid.IntRange(1, 20).Draw(t, "pieces") {
			n := rapid.SampledFrom([]int{0, 1, 100, 500, 1000, 1023, 1024, 1025, 1500, room, room + 1}).Draw(t, "bytes")
			b, err := p.Alloc(n)
			if err != nil || len(b) != n || cap(b) != n {
				t.Fatalf("%d bytes of %d: %v", len(b), n, err)
			}
			if n <= room {
				room -= n
			} else {
				size := sizeOf(max(n, 1024))
				out += size
				room = max(room, int(size)-n)
			}
			if a.Out() != out {
				t.Fatalf("after a piece of %d bytes %d are out, not %d", n, a.Out(), out)
			}
			for j := range b {
				b[j] = byte(i)
			}
			pieces = append(pieces, b)
		}
		for i, b := range pieces {
			for _, c := range b {
				if c != byte(i) {
					t.Fatal("two pieces are the same memory")
				}
			}
		}
		p.Destroy()
		a.End()
	})
}
