package main

// Values of flags. Each knows what is allowed and says so when it is given
// something else; the zero value of a count means that it was not given.

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// count is a number of things, from 1 on.
type count struct {
	n     int
	least int // 0: one
	most  int
}

// String implements pflag.Value.
func (c *count) String() string {
	if c.n == 0 {
		return ""
	}
	return strconv.Itoa(c.n)
}

// Set implements pflag.Value.
func (c *count) Set(s string) error {
	n, err := strconv.Atoi(s)
	if least := max(c.least, 1); err != nil || n < least || n > c.most {
		return fmt.Errorf("it is a whole number from %d to %d", least, c.most)
	}
	c.n = n
	return nil
}

// Type implements pflag.Value.
func (c *count) Type() string { return "N" }

// period is a length of time.
type period struct {
	value time.Duration
	least time.Duration
}

// longest is more than any timer of a server needs, and far from overflow.
const longest = 30 * 24 * time.Hour

// String implements pflag.Value.
func (p *period) String() string { return p.value.String() }

// Set implements pflag.Value.
func (p *period) Set(s string) error {
	d, err := time.ParseDuration(s)
	if err != nil || d < p.least || d > longest {
		return fmt.Errorf("it is a time with its unit, such as 1m30s or 500ms, from %v to %v", p.least, longest)
	}
	p.value = d
	return nil
}

// Type implements pflag.Value.
func (p *period) Type() string { return "D" }

// size is a number of bytes.
type size struct {
	n     int64
	none  bool  // 0 is allowed
	least int64 // 0: one
}

// String implements pflag.Value.
func (s *size) String() string {
	for i, unit := range []string{"G", "M", "K"} {
		if one := int64(1) << (30 - 10*i); s.n > 0 && s.n%one == 0 {
			return strconv.FormatInt(s.n/one, 10) + unit
		}
	}
	if s.n == 0 {
		return ""
	}
	return strconv.FormatInt(s.n, 10)
}

// Set implements pflag.Value.
func (s *size) Set(text string) error {
	digits, shift := text, 0
	if k := len(text) - 1; k > 0 {
		if i := strings.IndexByte("kmg", text[k]|0x20); i >= 0 {
			digits, shift = text[:k], 10*(i+1)
		}
	}
	least := size{n: max(s.least, 1)}
	n, err := strconv.ParseInt(digits, 10, 31)
	switch {
	case s.none && (err != nil || n < 0):
		return errors.New("it is a number of bytes, such as 65536, 64K, 1M or 1G, or 0")
	case !s.none && (err != nil || n<<shift < least.n):
		return fmt.Errorf("it is a number of bytes, such as 65536, 64K, 1M or 1G, from %v on", &least)
	}
	s.n = n << shift
	return nil
}

// Type implements pflag.Value.
func (s *size) Type() string { return "SIZE" }

// named is one of a few things that have names in the core, as a flag.
type named[T fmt.Stringer] struct {
	value T
	parse func(string) (T, error)
	names string
}

// String implements pflag.Value.
func (n *named[T]) String() string { return n.value.String() }

// Set implements pflag.Value.
func (n *named[T]) Set(s string) error {
	v, err := n.parse(s)
	if err != nil {
		return errors.New("it is " + n.names)
	}
	n.value = v
	return nil
}

// Type implements pflag.Value.
func (n *named[T]) Type() string { return "NAME" }

// address is where to listen. No name but localhost is known: one that resolved
// to several addresses, or to another one tomorrow, would be a riddle.
type address struct{ addr netip.AddrPort }

// String implements pflag.Value.
func (a *address) String() string { return a.addr.String() }

// Set implements pflag.Value.
func (a *address) Set(s string) error {
	host, service, err := net.SplitHostPort(s)
	if err != nil {
		return errors.New("it is HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080")
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return fmt.Errorf("its port %q is not a number from 0 to 65535", service)
	}
	if strings.EqualFold(host, "localhost") {
		host = "127.0.0.1"
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return fmt.Errorf("its host %q is neither an IP address nor localhost; 0.0.0.0 is all of IPv4, [::] all of IPv6", host)
	}
	a.addr = netip.AddrPortFrom(ip, uint16(port))
	return nil
}

// Type implements pflag.Value.
func (a *address) Type() string { return "HOST:PORT" }

// addresses are places that may be named several times over.
type addresses struct{ list []netip.AddrPort }

// String implements pflag.Value.
func (a *addresses) String() string {
	var names []string
	for _, x := range a.list {
		names = append(names, x.String())
	}
	return strings.Join(names, ",")
}

// Set implements pflag.Value: it adds one.
func (a *addresses) Set(s string) error {
	var b backend
	if err := b.Set(s); err != nil {
		return err
	}
	if slices.Contains(a.list, b.addr) {
		return errors.New("it is named twice")
	}
	a.list = append(a.list, b.addr)
	return nil
}

// Type implements pflag.Value.
func (a *addresses) Type() string { return "list" }

// backends are places that may be named several at a time, and several times over.
type backends struct{ addresses }

// Set implements pflag.Value: it adds some.
func (b *backends) Set(s string) error {
	for one := range strings.SplitSeq(s, ",") {
		if err := b.addresses.Set(one); err != nil {
			return err
		}
	}
	return nil
}

// backend is where to connect to; the zero value is nowhere.
type backend struct{ addr netip.AddrPort }

// String implements pflag.Value.
func (b *backend) String() string {
	if !b.addr.IsValid() {
		return ""
	}
	return b.addr.String()
}

// Set implements pflag.Value.
func (b *backend) Set(s string) error {
	var a address
	if err := a.Set(s); err != nil {
		return err
	}
	if a.addr.Port() == 0 || a.addr.Addr().IsUnspecified() {
		return errors.New("it is an address to connect to, with a port from 1 to 65535")
	}
	b.addr = a.addr
	return nil
}

// Type implements pflag.Value.
func (b *backend) Type() string { return "HOST:PORT" }
