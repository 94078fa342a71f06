package exchange

// Checks: an origin may want each of its backends to be asked from time to time whether it
// is fit, beside what requests find out. It says what is asked and what is thought of the
// answer; a loop of the server asks, one check of a backend at a time.

import (
	"net/netip"
	"time"

	"brigade/core/rt"
)

// Finding is how a check has ended.
type Finding uint8

// The findings.
const (
	Fit     Finding = iota // it answers as it should
	Unfit                  // it does not, or not in time
	Unknown                // the server had not what a check takes: a buffer, a descriptor
)

// Checked is a backend that is checked. Its methods do not block; one task calls them.
type Checked interface {
	// Address is where it is.
	Address() netip.AddrPort
	// Interval is how far checks are apart, from one's beginning to the next one's.
	Interval() time.Duration
	// Patience is for how long a check may take.
	Patience() time.Duration
	// Query appends what it is asked; nothing: that it can be connected to is enough.
	Query(dst []byte) []byte
	// Expects reports whether a backend that is fit answers with this status.
	Expects(status int) bool
	// Refused says that a check waits for a buffer.
	Refused()
	// Found says how a check has ended. It returns in what time from its beginning the next
	// begins, and, if that changed what is thought of the backend, what is thought now.
	Found(f Finding, now rt.Instant) (again time.Duration, news string)
}
