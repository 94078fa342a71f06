package mutate

// Equivalent mutants: those that cannot be told from the core as it is, with the
// argument. equivalent.txt has a line for each, and the argument above it, which
// is that of all lines up to the next:
//
//	# The batch is as long as the kernel's answer may be, which nobody counts.
//	core/poll/poller.go:Poller.Open:drop-assign:p.events = make([]sys.Event, batch)
//
// A line that names no mutant any more is an error of whoever changed the code: it
// is time to argue again.

import (
	_ "embed"
	"fmt"
	"strings"
)

//go:embed equivalent.txt
var equivalent string

// Equivalent returns the arguments by the mutants' keys.
func Equivalent() (map[string]string, error) {
	reasons := make(map[string]string)
	reason, fresh := "", false
	for i, line := range strings.Split(equivalent, "\n") {
		line = strings.TrimSpace(line)
		text, argues := strings.CutPrefix(line, "#")
		switch {
		case line == "":
		case argues && fresh:
			reason += " " + strings.TrimSpace(text)
		case argues:
			reason, fresh = strings.TrimSpace(text), true
		case reason == "":
			return nil, fmt.Errorf("equivalent.txt:%d: there is no argument above it", i+1)
		case reasons[line] != "":
			return nil, fmt.Errorf("equivalent.txt:%d: %s is there twice", i+1, line)
		default:
			reasons[line], fresh = reason, false
		}
	}
	return reasons, nil
}

// Stale are the lines that name no mutant of list, whose packages these are.
func Stale(list []*Mutant, packages []string) (stale []string, err error) {
	reasons, err := Equivalent()
	if err != nil {
		return nil, err
	}
	for _, m := range list {
		delete(reasons, m.Key())
	}
	for key := range reasons {
		for _, p := range packages {
			if strings.HasPrefix(key, p+"/") {
				stale = append(stale, key)
			}
		}
	}
	return stale, nil
}
