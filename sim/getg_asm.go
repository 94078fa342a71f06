//go:build amd64 || arm64

package sim

// haveG says that goroutines can be told apart here.
const haveG = true

// getg is an address that differs between goroutines that live at one time.
func getg() uintptr
