package scenario

import "brigade/core/httpconn"

// The list. A scenario that is not here does not exist.

// All lists the scenarios, in the order in which they are told.
func All() Set {
	return Set{steady(), calm(), crowd(), impolite(), talk(), full(), streams(), handlers(), filters(), tunnels(), multiplex(), takeover(), parts(), streamed(), proxies(), shared(), health(), valued(), parting()}
}

// Every lists the scenarios of All and those that are apart.
func Every() Set {
	return append(All(), load(), signal(), outlive(), bulk())
}

// smallPages make page ends common.
var smallPages = httpconn.Sizes{In: 2048, Out: 16 << 10}
