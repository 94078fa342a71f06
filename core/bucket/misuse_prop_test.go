package bucket

// The model of a bucket is where it is: in no brigade, in one, sent, or destroyed, and
// whose. From that follows what may be done with it; all else is stopped, in production
// too.

import (
	"testing"

	"pgregory.net/rapid"

	"brigade/core/rt"
)

// The places of a bucket that is in none of the brigades 0 and 1.
const (
	nowhere = -1
	sent    = -2
	buried  = -3
)

// known is a bucket and what the model has of it.
type known struct {
	*Bucket
	where   int
	foreign bool
}

// stopped reports whether f is.
func stopped(f func()) (yes bool) {
	defer func() {
		if v := recover(); v != nil {
			if _, yes = v.(*rt.Fault); !yes {
				panic(v)
			}
		}
	}()
	f()
	return false
}

// desk is two brigades of one allocator, one of another, and buckets.
type desk struct {
	t       *rapid.T
	a, far  *Allocator
	b       [2]*Brigade
	foreign *Brigade
	beam    Beam
	list    []*known
}

func newDesk(t *rapid.T) *desk {
	a, _, _ := fixture()
	d := &desk{t: t, a: a, far: second(), foreign: new(Brigade)}
	for i := range d.b {
		d.b[i] = new(Brigade)
		d.b[i].Init(a)
	}
	d.foreign.Init(d.far)
	d.beam.Init("beam", 1<<20, nil, nil)
	return d
}

// more makes a bucket. Those that are dead are forgotten: their nodes may be used again.
func (d *desk) more() {
	keep := d.list[:0]
	for _, k := range d.list {
		if k.where != buried {
			keep = append(keep, k)
		}
	}
	k := &known{where: nowhere, foreign: rapid.IntRange(0, 4).Draw(d.t, "foreign") == 0}
	a := d.a
	if k.foreign {
		a = d.far
	}
	switch rapid.IntRange(0, 3).Draw(d.t, "kind") {
	case 0:
		k.Bucket = a.Flush()
	case 1:
		k.Bucket = a.Immortal([]byte("immortal"))
	case 2:
		k.Bucket = a.Transient([]byte("transient"))
	default:
		var err error
		if k.Bucket, err = a.Copied([]byte("copied")); err != nil {
			d.t.Fatal(err)
		}
	}
	d.list = append(keep, k)
}

// some draws one of the buckets.
func (d *desk) some(name string) *known {
	return d.list[rapid.IntRange(0, len(d.list)-1).Draw(d.t, name)]
}

// act does one thing, and returns whether it may be done and what changes by it.
func (d *desk) act() (may bool, f, after func()) {
	k, i := d.some("bucket"), rapid.IntRange(0, 1).Draw(d.t, "brigade")
	b, goes := d.b[i], k.where == nowhere && !k.foreign
	to := func(where int) func() { return func() { k.where = where } }
	switch rapid.SampledFrom([]string{"append", "prepend", "insert", "remove", "destroy", "copy", "split", "concat", "pop", "send"}).Draw(d.t, "operation") {
	case "append":
		return goes, func() { b.Append(k.Bucket) }, to(i)
	case "prepend":
		return goes, func() { b.Prepend(k.Bucket) }, to(i)
	case "insert":
		at := d.some("at")
		return goes && at.where == i, func() { b.InsertAfter(at.Bucket, k.Bucket) }, to(i)
	case "remove":
		return k.where == i, func() { b.Remove(k.Bucket) }, to(nowhere)
	case "destroy":
		return k.where != buried && k.where != sent, k.Destroy, to(buried)
	case "copy":
		if k.where == sent {
			return true, func() {}, func() {}
		}
		return k.where != buried, func() { k.Copy().Destroy() }, func() {}
	case "split":
		rest := []*Brigade{d.b[1-i], d.foreign}[rapid.IntRange(0, 1).Draw(d.t, "rest")]
		behind := d.behind(k)
		return k.where == i && rest == d.b[1-i], func() { b.Split(k.Bucket, rest) }, func() { d.moved(behind, 1-i) }
	case "concat":
		if rapid.Bool().Draw(d.t, "another's") {
			return d.foreign.Empty(), func() { b.Concat(d.foreign) }, func() {}
		}
		all := d.behind(d.first(1 - i))
		return true, func() { b.Concat(d.b[1-i]) }, func() { d.moved(all, i) }
	case "pop":
		first := d.first(i)
		if first == nil {
			return true, func() {}, func() {}
		}
		return true, b.Pop, func() { first.where = buried }
	default:
		all := d.behind(d.first(i))
		return true, func() {
			if yes, err := d.beam.Send(b); !yes || err != nil {
				d.t.Fatalf("sent: %v, %v", yes, err)
			}
		}, func() { d.moved(all, sent) }
	}
}

// first is what brigade i begins with; nil: nothing.
func (d *desk) first(i int) *known {
	for _, k := range d.list {
		if k.where == i && k.previous == nil {
			return k
		}
	}
	return nil
}

// behind are k and those behind it.
func (d *desk) behind(k *known) (list []*known) {
	if k == nil || k.where < 0 {
		return nil
	}
	for x := k.Bucket; x != nil; x = x.next {
		for _, y := range d.list {
			if y.Bucket == x && y.where != buried {
				list = append(list, y)
			}
		}
	}
	return list
}

func (d *desk) moved(list []*known, to int) {
	for _, k := range list {
		k.where = to
	}
}

func TestMisuseIsStopped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := newDesk(t)
		for range rapid.IntRange(1, 30).Draw(t, "operations") {
			if len(d.list) == 0 || rapid.IntRange(0, 2).Draw(t, "makes") == 0 {
				d.more()
				if k := d.list[len(d.list)-1]; k.foreign && rapid.Bool().Draw(t, "put away") {
					d.foreign.Append(k.Bucket)
					d.list = d.list[:len(d.list)-1]
				}
				continue
			}
			may, f, after := d.act()
			if no := stopped(f); no == may {
				t.Fatalf("it may be done: %v; it is stopped: %v", may, no)
			}
			if !may {
				return // what is left is anybody's guess
			}
			after()
		}
		for _, k := range d.list {
			if k.where >= 0 {
				if k.in != d.b[k.where] {
					t.Fatal("a bucket is not in the brigade that it was put into")
				}
			} else if k.where == nowhere && (k.in != nil || k.next != nil || k.previous != nil) {
				t.Fatal("a bucket that is in no brigade has neighbours")
			}
		}
	})
}

// A partition is told by the bytes before it.
func TestPartitionIsAPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, _, _ := fixture()
		b := new(Brigade)
		b.Init(a)
		total, unknown := 0, -1 // bytes before the first part that is not counted
		for range rapid.IntRange(0, 6).Draw(t, "buckets") {
			switch n := rapid.SampledFrom([]int{0, 1, 5, 9}).Draw(t, "size"); n {
			case 0:
				b.Append(a.Flush())
			case 9:
				b.Append(a.File(NewFile(a.kernel, 9), 0, Unknown))
				if unknown < 0 {
					unknown = total
				}
			default:
				b.Append(a.Immortal(make([]byte, n)))
				total += n
			}
		}
		at := rapid.IntRange(0, 20).Draw(t, "at")
		k, ok := b.Partition(int64(at))
		before := 0
		for x := b.first; x != k; x = x.next {
			before += max(int(x.n), 0)
		}
		reach := total
		if unknown >= 0 {
			reach = unknown
		}
		// Where a part that is not counted comes first, nothing behind it has a place.
		switch inside := at <= reach; {
		case ok != inside:
			t.Fatalf("%d of %d bytes, uncounted from %d: %v", at, total, unknown, ok)
		case ok && before != at:
			t.Fatalf("%d bytes are before the place at %d", before, at)
		case ok && k == nil && (at != total || unknown >= 0):
			t.Fatalf("there is something behind %d", at)
		}
	})
}
