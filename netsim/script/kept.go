package script

import (
	"embed"
	"fmt"
	"strings"
)

// Extension is what a script's file name ends with.
const Extension = ".talk"

//go:embed kept/*.talk
var kept embed.FS

// Kept parses the scripts that are kept, in order of their names.
func Kept() ([]*Script, error) {
	entries, err := kept.ReadDir("kept")
	if err != nil {
		return nil, err
	}
	var list []*Script
	for _, e := range entries {
		text, err := kept.ReadFile("kept/" + e.Name())
		if err != nil {
			return nil, err
		}
		s, err := Parse(e.Name(), string(text))
		if err != nil {
			return nil, fmt.Errorf("a kept script: %w", err)
		}
		list = append(list, s)
	}
	return list, nil
}

// Title is a script's name without its extension.
func (s *Script) Title() string { return strings.TrimSuffix(s.Name, Extension) }
