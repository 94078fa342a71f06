package mutate

// The journal: outcomes on disk, a line of JSON each, so that a hunt which was ended
// goes on where it was. What is there is believed as long as the mutant reads the
// same and had as many runs; what a stronger judge is to see again is left out.

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// Journal keeps outcomes in a file.
type Journal struct {
	file   *os.File
	budget uint64
	known  map[string]*Finding
	again  map[string]bool // those that survived and are hunted once more
}

// entry is a line of the file.
type entry struct {
	Key    string `json:"key"`
	Budget uint64 `json:"budget"`
	Finding
}

// OpenJournal opens or makes the file name, for mutants with so many runs. again:
// those that survived are hunted once more.
func OpenJournal(name string, budget uint64, again bool) (*Journal, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	j := &Journal{file: f, budget: budget, known: make(map[string]*Finding), again: make(map[string]bool)}
	for d := json.NewDecoder(bufio.NewReader(f)); ; {
		var x entry
		if err := d.Decode(&x); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break // the last line may be half there
		} else if err != nil {
			return nil, errors.Join(fmt.Errorf("%s is no journal of mutants: %w", name, err), f.Close())
		}
		if x.Budget >= budget && (x.Killed || !again) {
			j.known[x.Key] = &x.Finding
		} else if !x.Killed {
			j.again[x.Key] = true
		}
	}
	return j, j.rewrite(name)
}

// rewrite leaves what is known in the file.
func (j *Journal) rewrite(name string) error {
	if err := j.file.Truncate(0); err != nil {
		return err
	}
	if _, err := j.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	for key, x := range j.known {
		if err := j.write(key, x); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (j *Journal) write(key string, x *Finding) error {
	return json.NewEncoder(j.file).Encode(entry{key, j.budget, *x})
}

// of is what is known of m; nil: nothing.
func (j *Journal) of(m *Mutant) *Finding {
	if j == nil {
		return nil
	}
	return j.known[m.Key()]
}

// survived reports whether m did, and is hunted once more.
func (j *Journal) survived(m *Mutant) bool { return j != nil && j.again[m.Key()] }

// keep adds x.
func (j *Journal) keep(x *Outcome) error {
	if j == nil {
		return nil
	}
	return j.write(x.Key(), &x.Finding)
}

// Close closes the file.
func (j *Journal) Close() error { return j.file.Close() }
