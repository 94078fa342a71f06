package rt

// Digests: what an object is, in one word, for the judge: whoever owns an object
// that is used again computes it (nobody else may read it), and the judge compares
// it with that of a new one.

// Digest is a digest of what was told to it so far, in order.
type Digest uint64

// Word tells a number.
func (d Digest) Word(v uint64) Digest {
	d = (d ^ Digest(v)) * 0x9e3779b97f4a7c15
	return d ^ d>>29
}

// Int tells a number.
func (d Digest) Int(v int) Digest { return d.Word(uint64(v)) }

// Bool tells a flag.
func (d Digest) Bool(v bool) Digest {
	if v {
		return d.Word(1)
	}
	return d.Word(0)
}

// Bytes tells how many bytes there are; one more than none is nil.
func (d Digest) Bytes(b []byte) Digest {
	if b == nil {
		return d.Word(0)
	}
	return d.Int(len(b) + 1)
}
