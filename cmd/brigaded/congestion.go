package main

// How connections control congestion. The usual answer is the system's. One that paces
// (bbr) sends what is longer than a segment in timed pieces, which protects a path whose
// narrowest place is unknown; between processes of one machine there is no such place,
// and the timers cost more than all the rest (a response of 100 KiB: 62 µs of processor
// time instead of 25). So at a loopback address connections take reno, which every Linux
// has and lets everybody choose.

import (
	"errors"
	"fmt"
	"net/netip"

	"brigade/core/sys"
)

// congestion is the --congestion flag.
type congestion string

const (
	auto   congestion = "auto"
	system congestion = "system"
)

// String implements pflag.Value.
func (c *congestion) String() string { return string(*c) }

// Set implements pflag.Value.
func (c *congestion) Set(s string) error {
	const most = 15 // TCP_CA_NAME_MAX less the zero
	if s == "" || len(s) > most {
		return fmt.Errorf("it is auto, system or a name of at most %d letters, such as cubic", most)
	}
	*c = congestion(s)
	return nil
}

// Type implements pflag.Value.
func (c *congestion) Type() string { return "NAME" }

// at is what connections use that are accepted at addr, or made to it; empty: the
// system's.
func (c congestion) at(addr netip.AddrPort) string {
	switch {
	case c == system, c == auto && !addr.Addr().IsLoopback():
		return ""
	case c == auto:
		return "reno"
	}
	return string(c)
}

// known asks the system whether it has what the flag names.
func (c congestion) known(k sys.Kernel, addr netip.AddrPort) error {
	name := c.at(addr)
	if name == "" {
		return nil
	}
	fd, e := k.Listen(netip.AddrPortFrom(addr.Addr(), 0), sys.ListenOptions{Backlog: 1, Congestion: name})
	switch {
	case e == sys.OK:
		k.Close(fd)
	case errors.Is(e, sys.ENOENT):
		return fmt.Errorf("--congestion %s: this system has no such algorithm; sysctl net.ipv4.tcp_available_congestion_control shows which it has", c)
	case errors.Is(e, sys.EPERM):
		return fmt.Errorf("--congestion %s: this system lets only root choose it; sysctl net.ipv4.tcp_allowed_congestion_control shows which it allows", c)
	}
	return nil // what else fails does so when the server listens
}
