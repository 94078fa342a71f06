package outage

// Origins: processes that answer at an address of their own, and tell what they take. The
// program that has Played in its main is one if its environment says so.

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
)

// role tells a process that it is an origin, and where.
const role = "BRIGADE_ORIGIN_AT"

// Played reports whether this process was an origin, and is not any more.
func Played() bool {
	at := os.Getenv(role)
	if at == "" {
		return false
	}
	l, err := net.Listen("tcp", at)
	if err != nil {
		fmt.Println("failed:", err)
		return true
	}
	fmt.Println("listens", l.Addr())
	err = http.Serve(l, http.HandlerFunc(answer)) // until it is killed
	fmt.Println("failed:", err)
	return true
}

// numberField has the number of a request, which its answer repeats.
const numberField = "X-Number"

// answer tells what was taken, in one write, and answers with it.
func answer(w http.ResponseWriter, q *http.Request) {
	n := q.Header.Get(numberField)
	fmt.Println("takes", q.Method, n)
	w.Header().Set(numberField, n)
	_, _ = w.Write(body(n))
}

// body is the content of the answer to request n.
func body(n string) []byte { return []byte(strings.Repeat(n+" ", 100)) }

// origin is one of the two.
type origin struct {
	at    string // its address; with port 0 until it has listened once
	cmd   *exec.Cmd
	tells func(method, number string)
	taken atomic.Int64  // requests that it told of
	ended chan struct{} // closed when it has ended, and all that it told was heard
}

// start starts the process, and returns when it listens.
func (o *origin) start() error {
	path, err := os.Executable()
	if err != nil {
		return err
	}
	o.cmd = exec.Command(path)
	o.cmd.Env = append(os.Environ(), role+"="+o.at)
	o.cmd.Stderr = os.Stderr
	o.cmd.SysProcAttr = childAttributes()
	out, err := o.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := o.cmd.Start(); err != nil {
		return err
	}
	o.ended = make(chan struct{})
	lines := bufio.NewScanner(out)
	listens := lines.Scan()
	if _, err := fmt.Sscanf(lines.Text(), "listens %s", &o.at); !listens || err != nil {
		close(o.ended)
		return errors.Join(fmt.Errorf("an origin says %q, and not where it listens", lines.Text()), o.kill())
	}
	go func() {
		defer close(o.ended)
		for lines.Scan() {
			var method, number string
			if _, err := fmt.Sscanf(lines.Text(), "takes %s %s", &method, &number); err == nil {
				o.tells(method, number)
				o.taken.Add(1)
			}
		}
	}()
	return nil
}

// signal signals the process, if it is there.
func (o *origin) signal(s syscall.Signal) error {
	if o.cmd == nil || o.cmd.Process == nil {
		return nil
	}
	return o.cmd.Process.Signal(s)
}

// kill ends the process, whatever it does, and returns when it has ended.
func (o *origin) kill() error {
	if o.cmd == nil || o.cmd.Process == nil {
		return nil
	}
	if err := o.signal(syscall.SIGKILL); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-o.ended
	_ = o.cmd.Wait() // it says that it was killed
	o.cmd = nil
	return nil
}
