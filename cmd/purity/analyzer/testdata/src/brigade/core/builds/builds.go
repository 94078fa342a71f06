//go:build !race

package builds // want `//go:build !race: the core is one build in both worlds; move what differs to core/rt or core/sys/linux`

import _ "unsafe"

//go:linkname nanotime runtime.nanotime // want `//go:linkname: it reaches past the seams; ask core/rt or core/sys for it`
func nanotime() int64
