package linux

// address: netip's addresses in the kernel's layout (ip(7), ipv6(7)) and back.
// Ports are in network order; an IPv4 address is four bytes in both worlds, and one
// mapped into IPv6 is told as the IPv4 address it is, so that each peer has one name.

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"

	"brigade/core/sys"
)

// address has room for either family. An AF_INET one is a prefix of it.
type address unix.RawSockaddrInet6

func (a *address) inet4() *unix.RawSockaddrInet4 {
	return (*unix.RawSockaddrInet4)(unsafe.Pointer(a))
}

// encode fills a and returns the length the kernel is to read.
func (a *address) encode(ap netip.AddrPort) (size uintptr, e sys.Errno) {
	addr := ap.Addr().Unmap()
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&a.Port))[:], ap.Port())
	switch {
	case addr.Is4():
		a.Family = unix.AF_INET
		a.inet4().Addr = addr.As4()
		return unix.SizeofSockaddrInet4, sys.OK
	case addr.Is6():
		a.Family = unix.AF_INET6
		a.Addr = addr.As16()
		a.Scope_id, e = scope(addr.Zone())
		return unix.SizeofSockaddrInet6, e
	}
	return 0, sys.EINVAL
}

// decode is the address in a, the zero AddrPort for another family's.
func (a *address) decode() netip.AddrPort {
	port := binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&a.Port))[:])
	switch a.Family {
	case unix.AF_INET:
		return netip.AddrPortFrom(netip.AddrFrom4(a.inet4().Addr), port)
	case unix.AF_INET6:
		addr := netip.AddrFrom16(a.Addr).Unmap()
		if a.Scope_id != 0 {
			addr = addr.WithZone(strconv.FormatUint(uint64(a.Scope_id), 10))
		}
		return netip.AddrPortFrom(addr, port)
	}
	return netip.AddrPort{}
}

// scope is the number of the interface that zone means, by number or by name.
func scope(zone string) (uint32, sys.Errno) {
	if zone == "" {
		return 0, sys.OK
	}
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
		return uint32(n), sys.OK
	}
	request, err := unix.NewIfreq(zone)
	if err != nil {
		return 0, errnoOf(err)
	}
	fd, e := socket(unix.AF_INET)
	if e != sys.OK {
		return 0, e
	}
	defer closeRaw(fd)
	if err := unix.IoctlIfreq(int(fd), unix.SIOCGIFINDEX, request); err != nil {
		return 0, errnoOf(err)
	}
	return request.Uint32(), sys.OK
}
