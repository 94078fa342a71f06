package bucket

// Kind is what a bucket's bytes are, or which metadata it is.
type Kind uint8

// The kinds.
const (
	dead         Kind = iota
	Heap              // bytes of a block, held by all buckets that stand for them
	Pool              // bytes of a pool: they die with it
	Transient         // bytes that die when whoever made the bucket goes on
	Immortal          // bytes that never change, and stay
	File              // a part of an open file
	EndOfStream       // metadata: no more comes
	EndOfRequest      // metadata: the request before it is answered; only the writer passes it
	Flush             // metadata: what is before it goes out now
	Error             // metadata: what should have come cannot
	kinds
)

var kindNames = [kinds]string{
	"destroyed", "heap", "pool", "transient", "immortal", "file",
	"end-of-stream", "end-of-request", "flush", "error",
}

// String is the kind's name in reports.
func (k Kind) String() string { return kindNames[min(k, kinds-1)] }

// Metadata reports whether k stands for no bytes.
func (k Kind) Metadata() bool { return k >= EndOfStream }

// Unknown is the length of a bucket whose bytes have not been counted.
const Unknown = -1
