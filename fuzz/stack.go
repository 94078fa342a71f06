package fuzz

// Stacks as evidence: without what differs from one machine, process or run to
// the next (addresses, goroutine numbers, where the sources lie), so that the same
// failure gives the same trace everywhere.

import (
	"regexp"
	"strconv"
	"strings"
)

var (
	goroutineNumber = regexp.MustCompile(`\b[gG]oroutine \d+\b`)
	address         = regexp.MustCompile(` at 0x[0-9a-f]+ by `)
	location        = regexp.MustCompile(`^(\s+)(\S.*\.(?:go|s):\d+)( \+0x[0-9a-f]+)?$`)
	arguments       = regexp.MustCompile(`\((?:0x|\{|_|\.\.\.)[^()]*\)$`)
)

// cleanStack rewrites a goroutine's stack, or a report of the race detector.
func cleanStack(stack string) string {
	if stack == "" {
		return ""
	}
	lines := strings.Split(strings.TrimRight(stack, "\n"), "\n")
	numbers := make(map[string]string)
	for i, l := range lines {
		if m := location.FindStringSubmatch(l); m != nil {
			function := ""
			if i > 0 {
				function = strings.TrimPrefix(strings.TrimSpace(lines[i-1]), "created by ")
			}
			lines[i] = m[1] + sourcePath(m[2], function)
			continue
		}
		l = goroutineNumber.ReplaceAllStringFunc(l, func(s string) string {
			word, number, _ := strings.Cut(s, " ")
			if numbers[number] == "" {
				numbers[number] = strconv.Itoa(len(numbers) + 1)
			}
			return word + " " + numbers[number]
		})
		lines[i] = arguments.ReplaceAllString(address.ReplaceAllString(l, " by "), "(...)")
	}
	return strings.Join(lines, "\n")
}

// sourcePath shortens the path of a source file: of this module to one below its
// root, of another to its import path.
func sourcePath(at, function string) string {
	if !strings.HasPrefix(at, "/") && !strings.Contains(at, ":/") {
		return at // it is short already
	}
	if short := inModule(at, function); short != at {
		return short
	}
	for _, root := range []string{"/pkg/mod/", "/src/"} {
		if i := strings.LastIndex(at, root); i >= 0 {
			return at[i+len(root):]
		}
	}
	return at[strings.LastIndexByte(at, '/')+1:]
}

// inModule shortens the path of a file of this module to one below its root,
// going by the function's package.
func inModule(at, function string) string {
	pkg, ok := strings.CutPrefix(function, "brigade/")
	if !ok {
		return at
	}
	slash := strings.LastIndexByte(strings.SplitN(pkg, "(", 2)[0], '/') + 1
	dot := strings.IndexByte(pkg[slash:], '.')
	if dot < 0 {
		return at
	}
	if i := strings.LastIndex(at, "/"+strings.TrimSuffix(pkg[:slash+dot], "_test")+"/"); i >= 0 {
		return at[i+1:]
	}
	return at
}
