package sim

import "strings"

// culprit is the first frame of a goroutine's stack that is neither the
// runtime's nor the seam's: "core/stage/write.go:88".
func culprit(stack string) string {
	lines := strings.Split(stack, "\n")
	seen := false
	for i := 0; i+1 < len(lines); i++ {
		name, at := lines[i], lines[i+1]
		if !strings.HasPrefix(at, "\t") {
			continue
		}
		if strings.HasPrefix(name, "panic(") {
			seen = true
			continue
		}
		if !seen || strings.HasPrefix(name, "runtime.") || strings.HasPrefix(name, "brigade/core/rt.") {
			continue
		}
		at, _, _ = strings.Cut(strings.TrimSpace(at), " ")
		return fromModule(at, name)
	}
	return ""
}

// fromModule shortens a file's path to one below the module, going by the
// function's package path.
func fromModule(at, name string) string {
	pkg, ok := strings.CutPrefix(name, "brigade/")
	if !ok {
		return at
	}
	if j := strings.LastIndexByte(pkg, '/'); j >= 0 {
		k := strings.IndexByte(pkg[j:], '.')
		if k >= 0 {
			pkg = pkg[:j+k]
		}
	} else if k := strings.IndexByte(pkg, '.'); k >= 0 {
		pkg = pkg[:k]
	}
	if j := strings.LastIndex(at, "/"+pkg+"/"); j >= 0 {
		return at[j+1:]
	}
	return at
}
