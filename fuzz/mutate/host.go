package mutate

// The hunter's side of a host: start it, ask it, and end it by its id when it dies
// or does not answer.

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"time"
)

// hostFile is where the host's program lies in the overlay.
const hostFile = "cmd/mutants/main.go"

const hostSource = `// Command mutants is a host of mutants.
package main

import (
	"fmt"
	"os"

	"brigade/core/mutant"
	"brigade/fuzz/mutate"
)

func main() {
	if err := mutate.ServeProcess(mutate.Switch{Select: mutant.Select, Passed: mutant.Passed}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
`

// host is a process that is mutants. The zero value with a path starts when it is
// asked.
type host struct {
	path    string
	cmd     *exec.Cmd
	stdin   io.WriteCloser
	answers chan answer // closed at the end of the output
}

// start starts the process, if there is none.
func (h *host) start() error {
	if h.cmd != nil {
		return nil
	}
	c := exec.Command(h.path)
	c.WaitDelay = time.Second
	stdin, err := c.StdinPipe()
	if err != nil {
		return err
	}
	stdout, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return fmt.Errorf("a host of mutants cannot be started: %w", err)
	}
	h.cmd, h.stdin, h.answers = c, stdin, make(chan answer, 1)
	go read(stdout, h.answers)
	return nil
}

// read passes on what the process answers.
func read(stdout io.Reader, to chan<- answer) {
	defer close(to)
	for d := json.NewDecoder(bufio.NewReader(stdout)); ; {
		var a answer
		if d.Decode(&a) != nil {
			return // it has ended; a part of an answer is none
		}
		to <- a
	}
}

// ask has x done. Where the process dies of it or takes longer than patience, the
// verdict is Death or Hang.
func (h *host) ask(x errand, patience time.Duration) (answer, error) {
	if err := h.start(); err != nil {
		return answer{}, err
	}
	_ = json.NewEncoder(h.stdin).Encode(x) // that it is gone shows below
	late := time.NewTimer(patience)
	defer late.Stop()
	a := answer{Verdict: hang}
	select {
	case said, ok := <-h.answers:
		if a = said; !ok {
			a.Verdict = death
		}
	case <-late.C:
	}
	if a.Verdict == hang || a.Verdict == death {
		h.end()
	}
	if a.Error != "" {
		return a, fmt.Errorf("a host of mutants: %s", a.Error)
	}
	return a, nil
}

// The verdicts of those that take their host with them.
const (
	hang  = "hang"
	death = "death"
)

// end ends the process. The next question starts another.
func (h *host) end() {
	if h.cmd == nil {
		return
	}
	_ = h.stdin.Close()
	_ = h.cmd.Process.Kill() // it may have ended by itself
	for range h.answers {
		continue
	}
	_ = h.cmd.Wait() // how it ended is known
	h.cmd = nil
}
