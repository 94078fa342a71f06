package netsim

// The descriptor table: lowest free number first, as POSIX wants and as makes
// numbers come back at once. Generations tell the users of one number apart.

import "math/bits"

// firstFree is the lowest number given out: 0 to 2 are standard input, output and
// error, which a server does not touch.
const firstFree = 3

type table struct {
	entries []entry
	free    []uint64 // a bit for each free number below the limit
	limit   int32
	open    int32
}

type entry struct {
	file       *file
	generation uint32
}

func (t *table) reset(limit int) {
	clear(t.entries)
	t.entries = t.entries[:0]
	t.limit, t.open = int32(limit), 0
	words := (limit + 63) / 64
	if cap(t.free) < words {
		t.free = make([]uint64, words)
	}
	t.free = t.free[:words]
	for i := range t.free {
		t.free[i] = ^uint64(0)
	}
	t.free[0] &^= 1<<firstFree - 1
	if r := limit % 64; r != 0 {
		t.free[words-1] &= 1<<r - 1
	}
}

// get is the file fd stands for, nil if it is not open.
func (t *table) get(fd int32) *file {
	if uint32(fd) >= uint32(len(t.entries)) {
		return nil
	}
	return t.entries[fd].file
}

// lowest is the lowest free number, -1 if there is none.
func (t *table) lowest() int32 {
	for i, w := range t.free {
		if w != 0 {
			return int32(i*64 + bits.TrailingZeros64(w))
		}
	}
	return -1
}

func (t *table) room() bool { return t.lowest() >= 0 }

// take gives f the lowest free number; -1: there is none.
func (t *table) take(f *file) int32 {
	fd := t.lowest()
	if fd < 0 {
		return -1
	}
	t.free[fd/64] &^= 1 << (fd % 64)
	for int(fd) >= len(t.entries) {
		t.entries = append(t.entries, entry{})
	}
	e := &t.entries[fd]
	e.file = f
	e.generation++
	t.open++
	return fd
}

// takeAbove gives f the lowest free number but for k, if there are so many.
func (t *table) takeAbove(f *file, k int) int32 {
	kept := [4]int32{-1, -1, -1, -1}
	for i := range min(k, len(kept)) {
		if kept[i] = t.lowest(); kept[i] < 0 {
			break
		}
		t.free[kept[i]/64] &^= 1 << (kept[i] % 64)
	}
	fd := t.take(f)
	for _, k := range kept {
		if k >= 0 {
			t.free[k/64] |= 1 << (k % 64)
		}
	}
	if fd < 0 {
		return t.take(f)
	}
	return fd
}

func (t *table) release(fd int32) {
	t.entries[fd].file = nil
	t.free[fd/64] |= 1 << (fd % 64)
	t.open--
}
