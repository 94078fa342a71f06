//go:build !race

package sim

import "unsafe"

const raceBuild = false

func raceErrors() int                        { return 0 }
func raceDisable()                           {}
func raceEnable()                            {}
func raceAcquire(*Edge)                      {}
func raceRelease(*Edge)                      {}
func raceReleaseMerge(*Edge)                 {}
func raceWriteRange(unsafe.Pointer, uintptr) {}
