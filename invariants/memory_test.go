package invariants_test

import "brigade/core/rt"

// Histories of memory: allocator 5, its block 5<<32|1 and its pools.

const (
	blockOne = 5<<32 | 1
	poolOne  = 5<<32 | 1
	poolTwo  = 5<<32 | 2
)

// mine is an allocator that the loop has taken.
func mine() *history {
	return new(history).probe(loop, rt.ProbeMemory, 5, 1, 0).probe(loop, rt.ProbeMemory, 5, 3, 0)
}

// opened is its request pool.
func (h *history) opened() *history { return h.probe(loop, rt.ProbePoolOpen, poolOne, 0, 2) }

// lent is its block of 256 bytes.
func (h *history) lent(task int32) *history { return h.probe(task, rt.ProbeBlock, blockOne, 1, 256) }

// ends is its end.
func (h *history) ends() *history { return h.probe(loop, rt.ProbeMemory, 5, 4, 0) }

var plantedMemory = []plant{
	{"memory", "I01", "used by another task", mine().lent(processor)},
	{"memory", "I01", "a pool made by another task", mine().probe(processor, rt.ProbePoolOpen, poolOne, 0, 2)},
	{"memory", "I01", "taken from its owner", mine().probe(processor, rt.ProbeMemory, 5, 3, 0)},
	{"memory", "I01", "used before it was taken", new(history).probe(loop, rt.ProbeMemory, 5, 1, 0).lent(processor)},
	{"memory", "I01", "made twice", mine().probe(loop, rt.ProbeMemory, 5, 1, 0)},
	{"memory", "I32", "used after it was given", mine().probe(loop, rt.ProbeMemory, 5, 2, 0).lent(loop)},
	{"memory", "I04", "something of another's", mine().probe(loop, rt.ProbeMemory, 5, 6, 7)},
	{"memory", "I03", "a bucket destroyed again", mine().probe(loop, rt.ProbeMemory, 5, 7, 1)},
	{"memory", "I02", "a bucket used after its end", mine().probe(loop, rt.ProbeMemory, 5, 7, 0)},
	{"memory", "I06", "ended with a block out", mine().lent(loop).probe(loop, rt.ProbeMemory, 5, 4, 256)},
	{"memory", "I02", "used after its end", mine().ends().lent(loop)},
	{"memory", "I03", "a block freed twice", mine().lent(loop).probe(loop, rt.ProbeBlock, blockOne, 2, 256).probe(loop, rt.ProbeBlock, blockOne, 2, 256)},
	{"memory", "I03", "a block out twice", mine().lent(loop).lent(loop)},
	{"memory", "I03", "a block returned twice", mine().lent(loop).probe(writer, rt.ProbeBlock, blockOne, 3, 256).probe(writer, rt.ProbeBlock, blockOne, 3, 256)},
	{"memory", "I03", "a block collected, and nobody returned it", mine().lent(loop).probe(loop, rt.ProbeBlock, blockOne, 4, 256)},
	{"memory", "I03", "a block of another size comes back", mine().lent(loop).probe(loop, rt.ProbeBlock, blockOne, 2, 512)},
	{"memory", "I06", "never ended", mine()},
	{"memory", "I24", "bytes out are not counted", mine().lent(loop).ends()},
	{"memory", "I28", "a connection leaves something", mine().probe(loop, rt.ProbePoolOpen, poolOne, 0, 1).lent(loop).probe(loop, rt.ProbePoolClose, poolOne, 0, 1)},
	{"memory", "", "returned and collected", mine().lent(loop).probe(writer, rt.ProbeBlock, blockOne, 3, 256).probe(loop, rt.ProbeBlock, blockOne, 4, 256).ends()},
	{"memory", "", "handed over", mine().lent(loop).probe(loop, rt.ProbeMemory, 5, 2, 256).probe(writer, rt.ProbeMemory, 5, 3, 256).
		probe(writer, rt.ProbeBlock, blockOne, 2, 256).probe(writer, rt.ProbeMemory, 5, 4, 0)},

	{"pool", "I05", "from a longer-lived pool", mine().opened().probe(loop, rt.ProbePoolOpen, poolTwo, poolOne, 4).probe(loop, rt.ProbePoolUse, poolOne, 10, poolTwo)},
	{"pool", "I05", "outside of any scope", mine().opened().probe(loop, rt.ProbePoolUse, poolOne, 10, 0)},
	{"pool", "I05", "before its child", mine().opened().probe(loop, rt.ProbePoolOpen, poolTwo, poolOne, 4).probe(loop, rt.ProbePoolClose, poolOne, 0, 2)},
	{"pool", "I05", "below what is not there", mine().probe(loop, rt.ProbePoolOpen, poolTwo, poolOne, 4)},
	{"pool", "I05", "below another owner's", mine().opened().probe(loop, rt.ProbePoolOpen, 6<<32|1, poolOne, 3)},
	{"pool", "I05", "of no kind", mine().probe(loop, rt.ProbePoolOpen, poolOne, 0, 9)},
	{"pool", "I02", "used after its end", mine().opened().probe(loop, rt.ProbePoolClose, poolOne, 0, 2).probe(loop, rt.ProbePoolUse, poolOne, 1, poolOne)},
	{"pool", "I02", "never made", mine().probe(loop, rt.ProbePoolUse, poolOne, 1, poolOne)},
	{"pool", "I03", "destroyed twice", mine().opened().probe(loop, rt.ProbePoolClose, poolOne, 0, 2).probe(loop, rt.ProbePoolClose, poolOne, 0, 2)},
	{"pool", "I03", "made twice", mine().opened().opened()},
	{"pool", "I06", "never destroyed", mine().opened()},
	{"pool", "I24", "bytes are not counted", mine().opened().probe(loop, rt.ProbePoolUse, poolOne, 7, poolOne).probe(loop, rt.ProbePoolClose, poolOne, 6, 2)},
	{"pool", "", "a child and its parent", mine().opened().probe(loop, rt.ProbePoolOpen, poolTwo, poolOne, 4).
		probe(loop, rt.ProbePoolClose, poolTwo, 0, 4).probe(loop, rt.ProbePoolUse, poolOne, 7, poolOne).probe(loop, rt.ProbePoolClose, poolOne, 7, 2)},
}
