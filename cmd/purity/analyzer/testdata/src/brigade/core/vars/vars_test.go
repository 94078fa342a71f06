package vars

var own int

// A test has variables of its own, but may not change the package's.
func swap() {
	own++
	count = 3 // want `package variable count: it is assigned to`
}
