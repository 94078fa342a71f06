package main

// Origins that are killed, stalled and started again, behind a proxy under load: what its
// clients get (fuzz/outage). Which of them would have had to wait, or were lost, is printed
// beside what happened; an error says that something came of it that may not.

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"brigade/fuzz/outage"
)

// outages is who stands before origins that fail.
type outages struct {
	target   string
	topology string
	shards   int
	clients  int
	round    int
	times    int
	quiet    bool
}

// plain is the target that tries nothing again.
const plain = "plain"

func originCommand() *cobra.Command {
	var s outages
	cmd := &cobra.Command{
		Use: "origin", Short: "Kill, stall and restart origins behind the proxy under load, and tell what its clients get", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return s.run(os.Stdout) },
	}
	f := cmd.Flags()
	f.StringVar(&s.target, "target", "brigaded", "the proxy: brigaded, or plain, a control that tries nothing again and has to be convicted")
	f.StringVar(&s.topology, "topology", "fused", "of brigaded")
	f.IntVar(&s.shards, "shards", 2, "of brigaded")
	f.IntVar(&s.clients, "clients", 64, "at a time")
	f.IntVar(&s.round, "round", 1000, "requests of one step")
	f.IntVar(&s.times, "times", 1, "that all of it happens")
	f.BoolVar(&s.quiet, "quiet", false, "do not tell what happens when")
	return cmd
}

// run runs it. An error says what may not be.
func (s *outages) run(out io.Writer) error {
	dir, err := os.MkdirTemp("", "brigade-origin-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	o := outage.Options{Clients: s.clients, Round: s.round, Times: s.times}
	if !s.quiet {
		o.Out = out
	}
	vain := -1 // attempts that came to nothing, as brigaded counts them
	proxy := outage.Plain
	switch s.target {
	case plain:
		o.Round, o.Patience = 2*s.clients, time.Second
	case "brigaded":
		binary, err := buildBrigade(dir)
		if err != nil {
			return err
		}
		proxy = func(origins []string) (string, func() error, error) {
			return s.brigaded(dir, binary, origins, &vain)
		}
	default:
		return fmt.Errorf("--target: there is no %q; there are brigaded and %s", s.target, plain)
	}
	c, err := outage.Run(proxy, o)
	if c == nil {
		return err
	}
	fmt.Fprintf(out, "%s before two origins that are killed, stalled and started again:\n", s.target)
	c.Print(out)
	if vain >= 0 {
		refused := c.Gateway[502] + c.Gateway[503] + c.Gateway[504]
		fmt.Fprintf(out, "  %-9s %7d  attempts came to nothing (GET /.brigade/stats), and %d of them were tried again\n", "in vain", vain, max(vain-refused, 0))
	}
	return err
}

// brigaded starts one before these origins; *vain is set when it ends.
func (s *outages) brigaded(dir, binary string, origins []string, vain *int) (at string, end func() error, err error) {
	addr, err := freeAddress()
	if err != nil {
		return "", nil, err
	}
	d, err := start(s.target, addr, dir, binary, "--listen", addr, "--topology", s.topology, "--shards", strconv.Itoa(s.shards),
		"--proxy", strings.Join(origins, ","), "--proxy-rest", "500ms", "--answer-timeout", "2s", "--linger-timeout", "100ms", "--stats")
	if err != nil {
		return "", nil, err
	}
	return addr, func() error {
		defer d.stop()
		*vain, err = failures(d.url)
		return err
	}, nil
}

// failures are attempts in vain, as the server at url tells them.
func failures(url string) (n int, err error) {
	r, err := http.Get(url + "/.brigade/stats?format=json")
	if err != nil {
		return 0, err
	}
	defer r.Body.Close()
	var x struct {
		Backends []struct {
			Errors int `json:"errors_total"`
		} `json:"backends"`
	}
	if err := json.NewDecoder(r.Body).Decode(&x); err != nil {
		return 0, err
	}
	if len(x.Backends) == 0 {
		return 0, errors.New("the statistics tell of no backends")
	}
	for _, b := range x.Backends {
		n += b.Errors
	}
	return n, nil
}
