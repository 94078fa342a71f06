//go:build !unix || race

package sim

// Without mappings pages are not guarded: what is freed is filled with poison and looked
// at again at the run's end, as in other runs.

const guards = false

func mapped(n int) []byte { return make([]byte, n) }

func protect([]byte, bool) {}
