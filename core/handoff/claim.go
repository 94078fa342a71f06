package handoff

// A line of claims for room, in order of arrival; each stands in it once at most.

// claims is the line. Guarded by its crew's lock.
type claims struct{ first, last *Claim }

func (l *claims) join(c *Claim) {
	if c.waits {
		return
	}
	c.waits = true
	if l.last == nil {
		l.first = c
	} else {
		l.last.next = c
	}
	l.last = c
}

func (l *claims) leave(c *Claim) {
	if !c.waits {
		return
	}
	var before *Claim
	for at := l.first; at != c; at = at.next {
		before = at
	}
	if before == nil {
		l.first = c.next
	} else {
		before.next = c.next
	}
	if l.last == c {
		l.last = before
	}
	c.next, c.waits = nil, false
}
