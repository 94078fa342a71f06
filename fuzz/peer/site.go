package peer

import (
	"fmt"
	"os"
	"path/filepath"

	"brigade/netsim/script"
)

// huge is more than the loopback's buffers hold on any usual machine. Nothing but
// its length is stored.
const huge = 64 << 20

// Site is a directory with the files that scripts ask for.
type Site struct {
	Dir  string
	Root string // what is served
}

// LayOut puts the files below dir, which is there.
func LayOut(dir string) (Site, error) {
	s := Site{Dir: dir, Root: filepath.Join(dir, script.Root)}
	for _, f := range script.Site() {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := lay(name, &f); err != nil {
			return s, fmt.Errorf("the site of scripts: %w", err)
		}
	}
	return s, nil
}

func lay(name string, f *script.File) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	if f.Link != "" {
		return os.Symlink(filepath.FromSlash(f.Link), name)
	}
	content := []byte{}
	if !f.Huge {
		content = f.Content(0)
	}
	if err := os.WriteFile(name, content, 0o644); err != nil {
		return err
	}
	if f.Huge {
		if err := os.Truncate(name, huge); err != nil {
			return err
		}
	}
	return os.Chtimes(name, script.Modified(), script.Modified())
}
