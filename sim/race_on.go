//go:build race

package sim

import (
	"runtime"
	"unsafe"
)

const raceBuild = true

func raceErrors() int                            { return runtime.RaceErrors() }
func raceDisable()                               { runtime.RaceDisable() }
func raceEnable()                                { runtime.RaceEnable() }
func raceAcquire(e *Edge)                        { runtime.RaceAcquire(unsafe.Pointer(e)) }
func raceRelease(e *Edge)                        { runtime.RaceRelease(unsafe.Pointer(e)) }
func raceReleaseMerge(e *Edge)                   { runtime.RaceReleaseMerge(unsafe.Pointer(e)) }
func raceWriteRange(p unsafe.Pointer, n uintptr) { runtime.RaceWriteRange(p, int(n)) }
