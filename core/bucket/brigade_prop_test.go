package bucket

// The model of a Brigade is the bytes it stands for, with marks between them.

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"brigade/core/sys"
)

// disk is what the test's only file holds.
var disk = []byte("the file's bytes, of which buckets have parts, some of them longer than others")

// bytesOf are the bytes of a bucket.
func bytesOf(b *Brigade, k *Bucket) []byte {
	switch k.Kind {
	case Heap:
		return b.page[k.Off : k.Off+k.Len]
	case Shared:
		return k.Data
	case File:
		return disk[k.Off : k.Off+k.Len]
	case EndOfRequest:
	}
	return nil
}

func TestBrigadeIsBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b Brigade
		page := make([]byte, 0, 512)
		b.SetPage(page[:512])
		var model []byte
		buckets := 0
		add := func(data []byte) {
			model = append(model, data...)
			buckets++
		}
		for range rapid.IntRange(0, 40).Draw(t, "operations") {
			length := rapid.IntRange(0, 20).Draw(t, "length")
			switch rapid.SampledFrom([]string{"heap", "heap", "gap", "shared", "file", "end", "send", "send", "pop"}).Draw(t, "operation") {
			case "gap": // bytes of the page that no bucket has
				page = append(page, "??"...)
			case "heap":
				if len(page)+length > 512 {
					break
				}
				from := len(page)
				page = append(page, bytes.Repeat([]byte{byte('a' + buckets%26)}, length)...)
				b.Heap(from, len(page))
				add(page[from:])
			case "shared":
				data := bytes.Repeat([]byte{byte('A' + buckets%26)}, length)
				b.Shared(data)
				add(data)
			case "file":
				b.File(9, 3, int64(length), false)
				add(disk[3 : 3+length])
			case "end":
				b.EndOfRequest()
				add(nil)
			case "pop":
				if !b.Empty() {
					model = model[b.Front().Len:]
					b.Pop()
					buckets--
				}
			case "send":
				model, buckets = send(t, &b, model, buckets)
			}
			agree(t, &b, model, buckets)
		}
	})
}

// send does what a writer does: it gathers, and consumes a part of that.
func send(t *rapid.T, b *Brigade, model []byte, buckets int) ([]byte, int) {
	room := rapid.IntRange(1, 6).Draw(t, "iovec")
	iov, file := b.Iovec(make([][]byte, 0, room))
	data := bytes.Join(iov, nil)
	if len(iov) > room || !bytes.HasPrefix(model, data) {
		t.Fatalf("%d elements, %q, of %q", len(iov), data, model)
	}
	if len(iov) < room && !file && len(data) != len(model) {
		t.Fatalf("%q was gathered, but no file comes before the rest of %q", data, model)
	}
	if file && len(model) == len(data) {
		t.Fatal("a file is said to come, but nothing does")
	}
	n := rapid.IntRange(0, len(data)).Draw(t, "taken")
	model = model[n:]
	for n > 0 {
		k := b.Front()
		m := min(int64(n), k.Len)
		b.Consume(m)
		if n -= int(m); k.Len == 0 {
			b.Pop()
			buckets--
		}
	}
	return model, buckets
}

func agree(t *rapid.T, b *Brigade, model []byte, buckets int) {
	if b.Bytes() != int64(len(model)) || b.Len() != buckets || b.Empty() != (buckets == 0) {
		t.Fatalf("%d bytes in %d buckets, want %d in %d", b.Bytes(), b.Len(), len(model), buckets)
	}
	var all []byte
	for i := b.first; i < len(b.list); i++ {
		all = append(all, bytesOf(b, &b.list[i])...)
	}
	if !bytes.Equal(all, model) {
		t.Fatalf("it stands for %q, want %q", all, model)
	}
}

func TestIovecJoinsNeighbours(t *testing.T) {
	var b Brigade
	b.SetPage([]byte("headbodyhead2....tail"))
	b.Heap(0, 4)
	b.Heap(4, 8)
	b.EndOfRequest()
	b.Heap(8, 13)
	b.Shared([]byte("shared"))
	b.Heap(17, 21)
	b.File(sys.FD(9), 0, 5, true)
	b.Heap(0, 4)
	iov, file := b.Iovec(make([][]byte, 0, 8))
	if got := string(bytes.Join(iov, []byte("|"))); got != "headbodyhead2|shared|tail" || !file {
		t.Errorf("%q, file %v: neighbours in the page, across ends of requests too, are one element, and files end it", got, file)
	}
	iov, file = b.Iovec(make([][]byte, 0, 2))
	if got := string(bytes.Join(iov, []byte("|"))); got != "headbodyhead2|shared" || file {
		t.Errorf("%q, file %v, with room for 2", got, file)
	}
}
