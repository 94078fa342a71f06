package rt

// What the words of probes stand for: numbers that the core and the judge have to
// understand alike, and that neither takes from the other.

// The steps of a connection: what it is handed on for.
const (
	StepNone    = iota
	StepAdopt   // take a new connection in
	StepRead    // read and parse a request head
	StepProcess // run the handler
	StepWrite   // write what is in memory
	StepSend    // send from a file, which may block
	StepLinger  // let the peer close
	StepFinish  // close
	StepRest    // wait at home
	StepTunnel  // move bytes between two ends
	StepSession // run an HTTP/2 session
	StepStream  // frame what a stream of one has
	StepLive    // carry between a client and a handler that streams
	StepFetch   // ask a backend, and pass its answer on
	Steps
)

// The states in which a connection waits.
const (
	WaitNone    = iota
	WaitFirst   // nothing has been received yet
	WaitHeader  // a part of a head is here
	WaitIdle    // between requests
	WaitBody    // content that nobody wants has to go by
	WaitWrite   // the peer does not take the response
	WaitLinger  // the peer has to close
	WaitRoom    // every processor has enough to do
	WaitPace    // a filter of the response lets nothing more pass yet
	WaitDial    // the other end of a tunnel has to answer
	WaitTunnel  // a tunnel has nothing to move
	WaitHalf    // nor has one of which one end has said all
	WaitFlow    // an end does not take what the other sent
	WaitWindow  // a stream's peer does not open its window
	WaitStreams // a session's streams are worked on, or wait themselves
	WaitBuffer  // there is no buffer to read a request into
	WaitPage    // nor one to read into for a tunnel
	WaitHandler // a handler that streams has to take content, or to give more
	WaitReach   // a backend has to be connected to
	WaitAsk     // it has to take the request
	WaitAnswer  // it has to answer
	WaitMore    // more of its answer has to come
	WaitKept    // a connection to a backend serves nobody
	WaitShared  // what is shared with others has to come
	WaitReaders // the readers of what is shared have to take more
	Waits
)

// StreamBit is in the number of a stream: one of an HTTP/2 session, or a request whose
// handler runs while its connection goes on; and in none of a connection.
const StreamBit = 1 << 63

// The limits of a server.
const (
	LimitNone        = iota
	LimitConnections // open connections of one shard, whose number is above bit 48 of theirs
	LimitPages       // bytes of pages with which one connection is served
	LimitContent     // bytes of a request's content
	LimitBuffers     // I/O buffers of the process; the third word: kept beside them for the side that frees
	LimitCache       // bytes that a cache stores
	LimitChecks      // loops that check backends, each of which has a buffer for that at times
	Limits
)

// The totals of a server.
const (
	TotalNone        = iota
	TotalConnections // that were accepted
	TotalRequests    // that were begun
	TotalBytes       // that the kernel took
	TotalHandoffs    // of connections between tasks
	TotalDropped     // log records that found no room
	TotalOpen        // connections that are counted as open still
	TotalQueued      // connections and processors that wait in queues still
	TotalAnswers     // that left, or were given up
	TotalUnderWay    // of all that may be under way, what is counted as that still
	TotalHeard       // bytes that came from clients and were heard
	Totals
)

// The classes of objects that are used again.
const (
	ClassNone     = iota
	ClassHTTPConn // of package httpconn
	Classes
)

// What the probe of buffers says.
const (
	BufferNone    = iota
	BufferOut     // one is somebody's, who had not waited
	BufferBack    // it is not any more
	BufferJoins   // somebody stands in line, at its end
	BufferLeaves  // and does not any more
	BufferGranted // one is reserved for the first in line
	BufferRevoked // it is not any more; who had it is the first again
	BufferTaken   // it is somebody's
	BufferPassed  // it is not reserved any more: who had it does not want it now
	BufferRefused // there is none for one of the side that frees, who cannot wait
)

// What the probe of a cache says.
const (
	CacheNone   = iota
	CacheAsked  // an object is being fetched from now on
	CacheHead   // its head is there
	CacheGrows  // so much of its content is
	CacheWhole  // that is all of it
	CacheFailed // no more will come, and what is there is a part
	CacheGone   // nobody holds it any more
	CacheJoins  // a reader begins
	CacheReads  // it has read so much
	CacheEnds   // it is told that this was all
	CacheBreaks // it is told that no more will come
	CacheLeaves // it reads no more
)

// Letters packs up to eight bytes of a name, from at on, into a word.
func Letters(name string, at int) (word uint64) {
	for i := at; i < len(name) && i < at+8; i++ {
		word |= uint64(name[i]) << (8 * (i - at))
	}
	return word
}

// Spelt is the name that Letters packed into words.
func Spelt(words ...uint64) string {
	var name []byte
	for _, w := range words {
		for ; w != 0; w >>= 8 {
			name = append(name, byte(w))
		}
	}
	return string(name)
}
