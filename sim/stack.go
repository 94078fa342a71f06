package sim

// Whose fault it was: the line of the program, told from a goroutine's stack.

import "strings"

// culprit is the first frame below the panic, or below the top where there was
// none, that is not the runtime's, the standard library's, the seam's or the
// scheduler's: "core/stage/write.go:88".
func culprit(stack string) string {
	lines := strings.Split(stack, "\n")
	standard := standardRoot(lines)
	seen := !strings.Contains(stack, "\npanic(")
	for i := 0; i+1 < len(lines); i++ {
		name, at := lines[i], lines[i+1]
		if !strings.HasPrefix(at, "\t") {
			continue
		}
		if strings.HasPrefix(name, "panic(") {
			seen = true
			continue
		}
		at, _, _ = strings.Cut(strings.TrimSpace(at), " ")
		if !seen || isStandard(at, name, standard) || hasAnyPrefix(name, "runtime.", "runtime/", "brigade/core/rt.", "brigade/sim.") {
			continue
		}
		return fromModule(at, name)
	}
	return ""
}

// standardRoot is the folder that holds the standard library's packages, as the
// stack's first frame, debug.Stack, tells it; empty where paths are trimmed.
func standardRoot(lines []string) string {
	for _, l := range lines {
		if root, _, ok := strings.Cut(strings.TrimSpace(l), "runtime/debug/stack.go:"); ok {
			return root
		}
	}
	return ""
}

// isStandard reports whether a frame is the standard library's. Where paths are
// trimmed, its files are in folders that are named as its packages.
func isStandard(at, name, root string) bool {
	if root != "" {
		return strings.HasPrefix(at, root)
	}
	folder := at[:strings.LastIndexByte(at, '/')+1]
	first, _, _ := strings.Cut(folder, "/")
	return folder != "" && !strings.Contains(first, ".") && first != "brigade" && strings.HasPrefix(name, folder[:len(folder)-1]+".")
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// fromModule shortens a file's path to one below the module, going by the
// function's package path; of a file elsewhere it leaves the last folder.
func fromModule(at, name string) string {
	if pkg, ok := strings.CutPrefix(name, "brigade/"); ok {
		j := strings.LastIndexByte(pkg, '/') + 1
		if k := strings.IndexByte(pkg[j:], '.'); k >= 0 {
			pkg = pkg[:j+k]
		}
		pkg = strings.TrimSuffix(pkg, "_test")
		if strings.HasPrefix(at, pkg+"/") {
			return at
		}
		if j := strings.LastIndex(at, "/"+pkg+"/"); j >= 0 {
			return at[j+1:]
		}
	}
	if i := strings.LastIndexByte(at, '/'); i > 0 {
		if j := strings.LastIndexByte(at[:i], '/'); j >= 0 {
			return at[j+1:]
		}
	}
	return at
}
