package bucket

import (
	"fmt"
	"testing"

	"brigade/core/mem"
)

// A stream that is flushed a byte at a time, framed in chunks, and goes nowhere: what has
// come of it is in as few blocks as its bytes fill, and nothing of it is lost.
func TestCrumbsShareBlocks(t *testing.T) {
	var bm Beam
	heard := new(bell)
	heard.gate.Init("gate")
	bm.Init("beam", 16<<10, heard, heard)
	p, c := newPost(&bm, Producer, heard), newPost(&bm, Consumer, heard)
	crlf, want := []byte("\r\n"), ""
	const crumbs = 2000
	for i := range crumbs {
		text := fmt.Sprintf("1\r\n%c", 'a'+i%26)
		for j := range len(text) { // each byte of its own
			k, err := p.alloc.Copied([]byte(text[j : j+1]))
			if err != nil {
				t.Fatal(err)
			}
			p.all.Append(k)
		}
		p.all.Append(p.alloc.Immortal(crlf))
		p.all.Append(p.alloc.Flush())
		want += text + "\r\n"
		if all, err := bm.Send(&p.all); !all || err != nil {
			t.Fatal(all, err)
		}
		if state, err := bm.Receive(&c.all, 16<<10); state != Received || err != nil {
			t.Fatal(state, err)
		}
	}
	got := make([]byte, len(want)+1)
	if n := c.all.Flatten(got); string(got[:n]) != want {
		t.Errorf("%d bytes came of %d, or others", n, len(want))
	}
	blocks := map[*mem.Block]bool{}
	for k := c.all.Front(); k != nil; k = k.Next() {
		blocks[k.block] = k.kind == Heap
	}
	delete(blocks, nil)
	if most := len(want)/(4<<10) + 1; len(blocks) > most || c.all.Len() > 2*most+1 {
		t.Errorf("%d bytes are in %d buckets of %d blocks, %d would do", len(want), c.all.Len(), len(blocks), most)
	}
}
