package grammar_test

import (
	"fmt"

	"brigade/netsim/grammar"
)

func Example() {
	draw := func(_ string, n int) int { return 0 } // chance, of a kind
	r := grammar.Derive(draw, "/a")
	fmt.Printf("right: %q\n", r.Text())
	for _, m := range grammar.Mutations() {
		if m.Name == "space before colon" {
			m.Apply(&r, draw)
			fmt.Printf("%v by %s: %q\n", m.Statuses, m.Clause, r.Text())
		}
	}
	// Output:
	// right: "GET /a HTTP/1.1\r\nHost: test\r\n\r\n"
	// [400] by RFC 9112 §5.1: "GET /a HTTP/1.1\r\nHost :test\r\n\r\n"
}
