package stage

import "testing"

// TestHeard: an answer may come in any pieces, behind interim ones; what is none is known
// by its first wrong byte.
func TestHeard(t *testing.T) {
	for text, want := range map[string]int{
		"HTTP/1.1 103 x\r\nLink: </\r\r\n\n>\r\n\r\nHTTP/1.1 204 x\r\n\r\n": 204,
		"HTTP/1.0 200\r\n\r\n":                     200,
		"HTTP/1.1 100 x\r\n\r\nHTTP/1.1 503 x\r\n": 503,
		"HTTP/1.1 100 x\r\n\r\n":                   0,
		"HTTP/1.1 20":                              0,
		"HTTP/1.1 101 x\r\n\r\n":                   -1,
		"HTTP/2.0 200 x\r\n\r\n":                   -1,
		"HTTP/1.1 099 x\r\n\r\n":                   -1,
		"HTTP/1.1 2OO x\r\n\r\n":                   -1,
		"\r\nHTTP/1.1 200 x":                       -1,
	} {
		for piece := 1; piece <= len(text); piece++ {
			var h heard
			got := 0
			for i := 0; i < len(text) && got == 0; i += piece {
				got = h.take([]byte(text[i:min(i+piece, len(text))]))
			}
			if got != want {
				t.Errorf("%q in pieces of %d: %d, want %d", text, piece, got, want)
			}
		}
	}
}
