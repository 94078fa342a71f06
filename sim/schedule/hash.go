package schedule

// Hashes of paths and keys. They are part of the trace format's meaning (replay
// finds a departure by the hash of its key) and of the event hash, so they are
// fixed here and depend on nothing of the machine.

// Mix folds v into h: one round of a multiply-rotate hash with the 64-bit golden
// ratio, full avalanche being left to Finish.
//
//go:norace
func Mix(h, v uint64) uint64 {
	h = (h ^ v) * 0x9e3779b97f4a7c15
	return h ^ h>>29
}

// Finish spreads h over all bits (the finaliser of splitmix64, Steele et al. 2014).
//
//go:norace
func Finish(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

// HashString is FNV-1a, 64 bits.
func HashString(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// KeyHash is the hash of a key with its strings hashed already.
func KeyHash(task, object, op uint64, n uint32) uint64 {
	return Mix(Mix(Mix(Mix(0, task), object), op), uint64(n))
}

// Hash is k's hash.
func (k Key) Hash() uint64 {
	return KeyHash(HashString(k.Task), HashString(k.Object), HashString(k.Op), k.N)
}

// Rand is splitmix64: tiny, seedable and the same everywhere.
type Rand struct{ state uint64 }

// NewRand makes a generator; different seeds give unrelated sequences.
func NewRand(seed uint64) Rand { return Rand{state: seed} }

// Uint64 draws 64 bits.
//
//go:norace
func (r *Rand) Uint64() uint64 {
	r.state += 0x9e3779b97f4a7c15
	return Finish(r.state)
}

// Below draws uniformly from 0 to n-1; n is at least 1 (Lemire 2019, without the
// rejection step: the bias is below n/2^32).
//
//go:norace
func (r *Rand) Below(n uint64) uint64 {
	if n >= 1<<32 {
		return r.Uint64() % n
	}
	return (r.Uint64() >> 32) * n >> 32
}

// Few is Below for small n.
//
//go:norace
func (r *Rand) Few(n uint32) uint32 { return uint32((r.Uint64() >> 32) * uint64(n) >> 32) }

// Chance is true with probability p/65536.
func (r *Rand) Chance(p uint32) bool { return uint32(r.Uint64()>>48) < p }
