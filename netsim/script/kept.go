package script

import (
	"embed"
	"fmt"
	"strings"
)

// Extension is what a script's file name ends with.
const Extension = ".talk"

//go:embed kept/*.talk kept/content/*.talk kept/http2/*.talk
var kept embed.FS

// Kept parses the scripts that are kept, in order of their names, those about content and
// those of HTTP/2 last.
func Kept() ([]*Script, error) {
	var list []*Script
	for _, folder := range []string{"", "content/", "http2/"} {
		entries, err := kept.ReadDir(strings.TrimSuffix("kept/"+folder, "/"))
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if e.IsDir() {
				continue
			}
			name := folder + e.Name()
			text, err := kept.ReadFile("kept/" + name)
			if err != nil {
				return nil, err
			}
			s, err := Parse(name, string(text))
			if err != nil {
				return nil, fmt.Errorf("a kept script: %w", err)
			}
			list = append(list, s)
		}
	}
	return list, nil
}

// Title is a script's name without its extension.
func (s *Script) Title() string { return strings.TrimSuffix(s.Name, Extension) }
