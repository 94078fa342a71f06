package fuzz

// The campaign's side of a worker process: start it, give it a unit, wait for the
// result, and end it by its id when it dies or does not answer.

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

// Command is how to start a worker.
type Command struct {
	Path string
	Args []string
	Env  []string // added to this process's
}

// Self is the running program as a worker, started with args.
func Self(args ...string) (Command, error) {
	path, err := os.Executable()
	if err != nil {
		return Command{}, fmt.Errorf("workers are this program again, and its file cannot be told: %w", err)
	}
	return Command{Path: path, Args: args}, nil
}

// process is a worker process.
type process struct {
	cmd     *exec.Cmd
	stdin   io.WriteCloser
	in      *json.Encoder
	results chan Result   // closed at the end of its output
	garbage error         // why reading ended early; valid once results is closed
	said    *tail         // the last of its standard error
	ended   chan struct{} // closed when it has been waited for
}

// start starts a worker.
func start(c Command) (*process, error) {
	p := &process{cmd: exec.Command(c.Path, c.Args...), results: make(chan Result, 1), said: new(tail), ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), c.Env...)
	p.cmd.Stderr = p.said
	p.cmd.WaitDelay = time.Second // should it leave children that hold its standard error
	isolate(p.cmd)
	stdin, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("a worker cannot be started: %w", err)
	}
	p.stdin, p.in = stdin, json.NewEncoder(stdin)
	go p.read(stdout)
	return p, nil
}

// read takes in results until the output ends.
func (p *process) read(stdout io.Reader) {
	d := json.NewDecoder(bufio.NewReader(stdout))
	d.DisallowUnknownFields()
	for {
		var r Result
		err := d.Decode(&r)
		if err == nil {
			p.results <- r
			continue
		}
		if err != io.EOF {
			p.garbage = err
		}
		break
	}
	close(p.results)
	_, _ = io.Copy(io.Discard, stdout) // so that it can end
	_ = p.cmd.Wait()                   // ProcessState tells
	close(p.ended)
}

// send says something to the worker. That it is gone shows in its results.
func (p *process) send(c control) { _ = p.in.Encode(c) }

// kill ends the worker at once.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended by itself
	p.drain()
}

// finish lets the worker end by itself, or ends it after a while.
func (p *process) finish(patience time.Duration) {
	_ = p.stdin.Close()
	late := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	p.drain()
	late.Stop()
}

// drain waits until the process has been waited for.
func (p *process) drain() {
	for range p.results {
		continue
	}
	<-p.ended
}

// cpu is the processor time that the worker took; it has ended.
func (p *process) cpu() time.Duration {
	if s := p.cmd.ProcessState; s != nil {
		return s.UserTime() + s.SystemTime()
	}
	return 0
}

// death describes how the worker ended; it has.
func (p *process) death() string {
	if p.garbage != nil && !errors.Is(p.garbage, io.ErrUnexpectedEOF) {
		return "a worker wrote what is no result (" + p.garbage.Error() + ")"
	}
	return "a worker process died (" + p.cmd.ProcessState.String() + ")"
}

// tail keeps the first and the last of what is written to it: a crash says first
// what happened, and last where.
type tail struct {
	mu    sync.Mutex
	first []byte
	last  []byte
}

const tailSize = 16 << 10

// Write implements io.Writer.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(b)
	if room := tailSize - len(t.first); room > 0 {
		room = min(room, len(b))
		t.first, b = append(t.first, b[:room]...), b[room:]
	}
	if t.last = append(t.last, b...); len(t.last) > tailSize {
		t.last = append(t.last[:0], t.last[len(t.last)-tailSize:]...)
	}
	return n, nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.first) + string(t.last)
}
