package http1

import "testing"

func FuzzChunked(f *testing.F) {
	for _, s := range []string{
		"0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "1;a=\"b\"\r\nx\r\n0\r\nA: b\r\n\r\n", "ffffffffffffffff\r\n", "5\nhello", "0\r\n b\r\n",
	} {
		f.Add(s, 1)
	}
	f.Fuzz(func(t *testing.T, content string, piece int) {
		piece = 1 + (piece&0xff)%16
		data, taken, done, e := unchunk(content, max(1, len(content)))
		data1, taken1, done1, e1 := unchunk(content, piece)
		if e != e1 || done != done1 || e == nil && (taken != taken1 || data != data1) {
			t.Fatalf("whole: %q, %d, %v, %v\nby %d: %q, %d, %v, %v", data, taken, done, e, piece, data1, taken1, done1, e1)
		}
		sameChunks(t, content)
	})
}
