package fuzz

// The state of a campaign on disk, so that a later one can go on where it ended,
// however it ended. It is written now and then and at the end, under another name,
// brought to the disk, and renamed: what stands there is whole, and at most some
// seconds old. Seeds whose results are not in it are run again, and give the same.

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"brigade/traces"
)

// stateFormat is the version of the file's form.
const stateFormat = 1

// stateName is the file's name where a directory is named.
const stateName = "campaign.json"

// saveEvery is how often the state is written, at least; it may take a twentieth
// of the time.
const saveEvery = 5 * time.Second

// State is a campaign as far as it came.
type State struct {
	Format    int      `json:"format"`
	Build     string   `json:"build"`
	Scenarios []string `json:"scenarios"`
	Strategy  string   `json:"strategy"`
	Faults    string   `json:"faults"`
	Engine    string   `json:"engine"`
	First     uint64   `json:"first"`
	Seeds     uint64   `json:"seeds"` // for each scenario
	NextID    uint64   `json:"next_id"`

	Lanes []laneState `json:"lanes"` // in the order of Scenarios
	Open  []Unit      `json:"open"`  // to be run first

	Counts   Counts            `json:"counts"`
	Failed   int               `json:"failed"`
	Findings []*Finding        `json:"findings"`
	Lost     int               `json:"lost"`
	Real     time.Duration     `json:"real"`
	CPU      time.Duration     `json:"cpu"`
	Orders   ordersState       `json:"orders"`
	Seen     map[string]uint64 `json:"seen"`
	Drawn    map[string]uint64 `json:"drawn"`
	Faulty   FaultCounts       `json:"fault_counts"`
	Curve    []Moment          `json:"curve"`
	Every    time.Duration     `json:"curve_every"`
}

type laneState struct {
	Next uint64 `json:"next"`
	Left uint64 `json:"left"`
}

// StatePath is the file of the state that path names: itself, or one in it if it
// is a directory.
func StatePath(path string) string {
	if info, err := os.Stat(path); err == nil && info.IsDir() || strings.HasSuffix(path, string(filepath.Separator)) {
		return filepath.Join(path, stateName)
	}
	return path
}

// ReadState reads the state in the file at path; nil: there is no such file. What is
// there and is no file, such as a device, cannot be replaced as a whole, and may have no
// end.
func ReadState(path string) (*State, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("a campaign cannot be kept in %s, which is %s; a file, one that is not there yet, or a directory is meant", path, kindOf(info.Mode()))
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("the campaign's state cannot be read: %w", err)
	}
	s := new(State)
	if err := json.Unmarshal(text, s); err != nil {
		return nil, fmt.Errorf("%s is no campaign's state: %w", path, err)
	}
	if s.Format != stateFormat {
		return nil, fmt.Errorf("%s is a campaign's state of format %d; this build reads format %d", path, s.Format, stateFormat)
	}
	if len(s.Lanes) != len(s.Scenarios) {
		return nil, fmt.Errorf("%s is no campaign's state: %d scenarios and %d lanes", path, len(s.Scenarios), len(s.Lanes))
	}
	return s, nil
}

// kindOf says what a file of mode m is that is no regular one.
func kindOf(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a directory"
	case m&fs.ModeNamedPipe != 0:
		return "a pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeDevice != 0:
		return "a device"
	}
	return "no file"
}

// resume makes c go on from s.
func (c *Campaign) resume(s *State, build string) error {
	for _, d := range []struct{ what, was, is string }{
		{"build", s.Build, build},
		{"scenarios", strings.Join(s.Scenarios, ", "), strings.Join(c.Scenarios.Names(), ", ")},
		{"strategy", s.Strategy, c.Strategy},
		{"faults", orDash(s.Faults), orDash(c.Faults)},
		{"engine", s.Engine, c.Engine},
		{"first seed", fmt.Sprintf("%#x", s.First), fmt.Sprintf("%#x", c.First)},
	} {
		if d.was != d.is {
			return fmt.Errorf("the campaign in %s cannot be resumed: its %s is %s, now it is %s; name another file to begin a new one", c.State, d.what, d.was, d.is)
		}
	}
	if c.Seeds < s.Seeds {
		return fmt.Errorf("the campaign in %s cannot be resumed: it has %d seeds of each scenario, now there are %d; there can only be more", c.State, s.Seeds, c.Seeds)
	}
	c.source.head.ID = s.NextID
	for i := range c.source.lanes {
		l := &c.source.lanes[i]
		l.next, l.left = s.Lanes[i].Next, s.Lanes[i].Left+(c.Seeds-s.Seeds)
	}
	c.source.again = s.Open
	t := &c.tally
	t.mu.Lock() // progress may be told of meanwhile
	defer t.mu.Unlock()
	c.earlier = s.Real
	t.counts, t.findings, t.failed, t.gone, t.cpu = s.Counts, s.Findings, s.Failed, s.Lost, s.CPU
	t.orders.load(s.Orders)
	for into, from := range map[*map[string]uint64]map[string]uint64{&t.seen: s.Seen, &t.drawn: s.Drawn} {
		if from != nil {
			*into = from
		}
	}
	t.faults.Merge(s.Faulty)
	t.curve = curve{moments: s.Curve, every: s.Every}
	return nil
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// state is c as far as it is, as the file has it.
func (c *Campaign) state() ([]byte, error) {
	c.source.mu.Lock()
	defer c.source.mu.Unlock()
	t := &c.tally
	t.mu.Lock()
	defer t.mu.Unlock()
	build, _ := traces.Build()
	s := State{
		Format: stateFormat, Build: build, Scenarios: c.Scenarios.Names(), Strategy: c.Strategy, Faults: c.Faults,
		Engine: c.Engine, First: c.First, Seeds: c.Seeds, NextID: c.source.head.ID, Open: c.source.unfinished(),
		Counts: t.counts, Failed: t.failed, Findings: t.findings, Lost: t.gone, Real: c.elapsed(), CPU: t.cpu + ownCPU(),
		Orders: t.orders.save(), Seen: t.seen, Drawn: t.drawn, Faulty: t.faults,
		Curve: slices.Clone(t.curve.moments), Every: t.curve.every,
	}
	for i := range c.source.lanes {
		l := &c.source.lanes[i]
		s.Lanes = append(s.Lanes, laneState{l.next, l.left})
	}
	return json.Marshal(&s)
}

// save writes the state, if it is kept.
func (c *Campaign) save() {
	if c.State == "" {
		return
	}
	text, err := c.state()
	if err == nil {
		err = WriteFile(c.State, text)
	}
	c.tally.mu.Lock()
	defer c.tally.mu.Unlock()
	c.unsaved = err
}

// saver saves until stop is closed.
func (c *Campaign) saver(stop <-chan struct{}) {
	pause := saveEvery
	for {
		select {
		case <-time.After(pause):
			began := time.Now()
			c.save()
			pause = max(saveEvery, 20*time.Since(began))
		case <-stop:
			return
		}
	}
}

// WriteFile puts a file with this text at path, whole and brought to the disk, or
// leaves what was there. The directory is made if need be.
func WriteFile(path string, text []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("%s was not written: %w", path, err)
	}
	f, err := os.CreateTemp(dir, ".brigade-*")
	if err != nil {
		return fmt.Errorf("%s was not written: %w", path, err)
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the first error is the one to tell
		return fmt.Errorf("%s was not written: %w", path, err)
	}
	return nil
}
