package stage

import (
	"testing"

	"brigade/core/rt"
)

// counting is a loop that has a ledger, and does nothing.
func counting() *loop {
	l := new(loop)
	l.worker.loop, l.ledger = l, new(ledger)
	return l
}

// BenchmarkLedgerTurn is what statistics cost a loop at the end of a turn in which it has
// answered.
func BenchmarkLedgerTurn(b *testing.B) {
	l := counting()
	for b.Loop() {
		l.count.requests++
		l.count.heard += 40
		l.count.bytes += 1200
		l.count.answers[2]++
		l.post()
	}
}

// BenchmarkLedgerAnswer is what they cost an answer, of eight in a turn.
func BenchmarkLedgerAnswer(b *testing.B) {
	l := counting()
	for i := 0; b.Loop(); i++ {
		l.stamp = rt.Instant(10_000 + i%7*3000)
		l.timed(200, 1000)
		if i%8 == 7 {
			l.ledger.answers.post()
		}
	}
}

// BenchmarkLedgerClock is what they cost a read or write.
func BenchmarkLedgerClock(b *testing.B) {
	l := counting()
	for b.Loop() {
		l.clocked()
	}
}
