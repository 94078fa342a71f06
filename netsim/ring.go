package netsim

// Ring buffers of the flows: powers of two, grown as needed, kept for the next
// connection.

const smallRing = 4096

// put appends p to f's bytes.
func (n *Net) put(f *flow, p []byte) {
	held := int(f.accepted - f.read)
	if held+len(p) > len(f.ring) {
		n.grow(f, held+len(p))
	}
	at := int(f.accepted) & (len(f.ring) - 1)
	k := copy(f.ring[at:], p)
	copy(f.ring, p[k:])
	f.accepted += uint64(len(p))
}

// get copies bytes from read on into p, which is no longer than what is there.
func (f *flow) get(p []byte) {
	at := int(f.read) & (len(f.ring) - 1)
	k := copy(p, f.ring[at:])
	copy(p[k:], f.ring)
	f.read += uint64(len(p))
	f.taken += uint64(len(p))
}

// through is how many of the first size bytes that are not read yet there are up to and
// with the first mark; size if it is not there.
func (f *flow) through(size int, mark string) int {
	same := 0
	for i := range size {
		b := f.ring[int(f.read+uint64(i))&(len(f.ring)-1)]
		switch {
		case b == mark[same]:
			same++
		case b == mark[0]:
			same = 1
		default:
			same = 0
		}
		if same == len(mark) {
			return i + 1
		}
	}
	return size
}

func (n *Net) grow(f *flow, size int) {
	length := smallRing
	for length < size {
		length *= 2
	}
	ring := n.ring(length)
	for at := f.read; at < f.accepted; {
		i, j := int(at)&(len(f.ring)-1), int(at)&(length-1)
		k := min(len(f.ring)-i, length-j, int(f.accepted-at))
		copy(ring[j:j+k], f.ring[i:])
		at += uint64(k)
	}
	n.recycle(f.ring)
	f.ring = ring
}

// ring takes a free buffer of this length or makes one.
func (n *Net) ring(length int) []byte {
	for i := len(n.buffers) - 1; i >= 0 && i >= len(n.buffers)-8; i-- {
		if b := n.buffers[i]; len(b) == length {
			last := len(n.buffers) - 1
			n.buffers[i] = n.buffers[last]
			n.buffers = n.buffers[:last]
			return b
		}
	}
	return make([]byte, length)
}

func (n *Net) recycle(ring []byte) {
	if len(ring) > 0 && len(n.buffers) < 256 {
		n.buffers = append(n.buffers, ring)
	}
}

// drop gives f's bytes up: nobody will read them.
func (n *Net) drop(f *flow) {
	n.recycle(f.ring)
	f.ring, f.read = nil, f.accepted
}
