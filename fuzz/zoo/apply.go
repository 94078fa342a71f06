package zoo

// Applying. A hunk is looked for by its text, not by its line number, so that an
// edit elsewhere in the file does no harm; but its text, context and all, has to
// be there exactly once. Among several places none is guessed. Where lines around
// a change were edited, its context is given up line by line, as patch(1) does,
// from the far ends and for as long as what is left is in one place; what a hunk
// takes out has to be there to the letter, and one that only adds needs a line of
// its context.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/bluekeyes/go-gitdiff/gitdiff"
)

// Sources are texts of files of the module, by their paths below its root, that
// take the place of what is on disk.
type Sources map[string][]byte

// read returns the text of the file name as it stands: s's, or the disk's.
func (s Sources) read(root, name string) ([]byte, error) {
	if text, ok := s[name]; ok {
		return text, nil
	}
	return os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
}

// Plant applies p to the sources of the module at root, as s has changed them
// already, and leaves what comes of it in s. On an error s is as it was.
func (p *Patch) Plant(root string, s Sources) error {
	changed := make(Sources, len(p.files))
	for _, f := range p.files {
		old, err := s.read(root, f.NewName)
		if err != nil {
			return fmt.Errorf("patch %s changes a file that cannot be read: %w", p.ID, err)
		}
		text, err := apply(f, old)
		if err != nil {
			return fmt.Errorf("patch %s does not fit the sources any more: %s: %w", p.ID, f.NewName, err)
		}
		changed[f.NewName] = text
	}
	for name, text := range changed {
		s[name] = text
	}
	return nil
}

// apply returns old with f's hunks applied.
func apply(f *gitdiff.File, old []byte) ([]byte, error) {
	lines := strings.SplitAfter(string(old), "\n")
	moved := *f
	moved.TextFragments = nil
	for i, hunk := range f.TextFragments {
		h, at, err := fit(hunk, lines)
		if err != nil {
			return nil, fmt.Errorf("hunk %d, %s: %w", i+1, strings.TrimSpace(hunk.Header()), err)
		}
		h.OldPosition = int64(at + 1)
		moved.TextFragments = append(moved.TextFragments, h)
	}
	var b bytes.Buffer
	err := gitdiff.Apply(&b, bytes.NewReader(old), &moved)
	var where *gitdiff.ApplyError
	if errors.As(err, &where) {
		return nil, fmt.Errorf("hunk %d: %w", where.Fragment, err)
	}
	return b.Bytes(), err
}

// fit is the hunk as it fits lines, with as much of its context as it can keep,
// and the index of the line where its old text begins.
func fit(hunk *gitdiff.TextFragment, lines []string) (*gitdiff.TextFragment, int, error) {
	var first error
	for lost := int64(0); ; lost++ {
		h := bared(hunk, lost)
		at, found := locate(h, lines)
		if found == 1 {
			return h, at, nil
		}
		if first == nil {
			first = misfit(h, found)
		}
		less := bared(hunk, lost+1)
		if found > 1 || less.OldLines == 0 || less.OldLines == h.OldLines {
			return nil, 0, first
		}
	}
}

// misfit says why h, whose old text is at so many places, cannot be applied.
func misfit(h *gitdiff.TextFragment, found int) error {
	if found == 0 {
		return fmt.Errorf("its %d lines of old text are nowhere in the file, nor are those that it changes", h.OldLines)
	}
	return fmt.Errorf("its %d lines of old text are at %d places in the file; give the hunk more context", h.OldLines, found)
}

// bared is hunk without the lines of context that are more than others away from
// what it changes: the n farthest steps.
func bared(hunk *gitdiff.TextFragment, n int64) *gitdiff.TextFragment {
	h := *hunk
	reach := max(h.LeadingContext, h.TrailingContext) - n
	before, after := h.LeadingContext-min(h.LeadingContext, max(reach, 0)), h.TrailingContext-min(h.TrailingContext, max(reach, 0))
	h.Lines = h.Lines[before : int64(len(h.Lines))-after]
	h.LeadingContext -= before
	h.TrailingContext -= after
	h.OldLines -= before + after
	h.NewLines -= before + after
	return &h
}

// locate is the index of the line where h's old text begins, the last of so many
// places where it is found.
func locate(h *gitdiff.TextFragment, lines []string) (at, found int) {
	var want []string
	for _, l := range h.Lines {
		if l.Old() {
			want = append(want, l.Line)
		}
	}
	at = -1
	for i := 0; i+len(want) <= len(lines); i++ {
		if matches(lines[i:], want) {
			at = i
			found++
		}
	}
	return at, found
}

func matches(lines, want []string) bool {
	for i, l := range want {
		if lines[i] != l {
			return false
		}
	}
	return true
}

// Write writes the texts into dir and returns the path of the JSON file that
// tells the go command to read them in the place of the module's, at root.
func (s Sources) Write(root, dir string) (overlay string, err error) {
	var o struct{ Replace map[string]string }
	o.Replace = make(map[string]string, len(s))
	for name, text := range s {
		// One flat directory; the base name stays in front, for the compiler's errors.
		to := filepath.Join(dir, strings.ReplaceAll(name, "/", "_"))
		if err := os.WriteFile(to, text, 0o600); err != nil {
			return "", err
		}
		o.Replace[filepath.Join(root, filepath.FromSlash(name))] = to
	}
	text, err := json.MarshalIndent(o, "", "\t")
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, text, 0o600)
}

// Apply applies p to the sources of the module at root and writes an overlay for
// it into dir. It returns the overlay's path.
func Apply(p *Patch, root, dir string) (overlay string, err error) {
	s := make(Sources)
	if err := p.Plant(root, s); err != nil {
		return "", err
	}
	return s.Write(root, dir)
}
