package peer

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"os/exec"
	"regexp"
	"strconv"
	"syscall"
	"time"

	"brigade/netsim/script"
)

// Brigaded is this project's server, as a binary with further flags.
func Brigaded(binary string, flags ...string) Kind {
	return Kind{script.Own, func(p *Peer, site Site, settings script.Settings) error {
		args := append([]string{"--root", site.Root, "--listen", "127.0.0.1:0"}, flags...)
		for _, f := range []struct {
			flag  string
			value time.Duration
		}{{"--header-timeout", settings.Header}, {"--idle-timeout", settings.Idle}, {"--write-timeout", settings.Write}, {"--body-timeout", settings.Body}} {
			if f.value > 0 {
				args = append(args, f.flag, f.value.String())
			}
		}
		if settings.Store {
			args = append(args, "--kv", script.StorePath)
		}
		if settings.Content > 0 {
			args = append(args, "--body-limit", strconv.FormatInt(settings.Content, 10))
		}
		cmd := exec.Command(binary, args...)
		stderr, err := cmd.StderrPipe()
		if err != nil {
			return err
		}
		if err := p.launch(cmd); err != nil {
			return err
		}
		return p.listening(bufio.NewReader(stderr))
	}, syscall.SIGTERM}
}

var listening = regexp.MustCompile(`listening on ([^\s,]+)`)

// listening waits until the server says where it listens, and keeps what else it
// says.
func (p *Peer) listening(r *bufio.Reader) error {
	for {
		line, err := r.ReadString('\n')
		p.out.WriteString(line)
		if m := listening.FindStringSubmatch(line); m != nil {
			go func() {
				_, _ = io.Copy(&p.out, r) // its end is the process's
				p.ended <- p.cmd.Wait()
			}()
			p.Addr, err = netip.ParseAddrPort(m[1])
			return err
		}
		if err != nil {
			return fmt.Errorf("it said %q and %w", p.out.String(), p.cmd.Wait())
		}
	}
}
