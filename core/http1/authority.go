package http1

// Host and port, RFC 3986 §3.2.2 and §3.2.3, as they stand in the Host field, in
// absolute-form and in authority-form. Narrower than the RFC, since hosts choose
// who answers: see the class hostChar; IPvFuture and zones are refused; the port
// is at most 65535; the host is not empty (RFC 9110 §4.2.1).

// validAuthority reports whether b is host or host:port. The port may be empty.
func validAuthority(b []byte) bool {
	host := hostLen(b)
	if host <= 0 {
		return false
	}
	if host == len(b) {
		return true
	}
	if b[host] != ':' {
		return false
	}
	port := 0
	for _, c := range b[host+1:] {
		if !is(c, digitChar) {
			return false
		}
		if port = port*10 + int(c-'0'); port > 65535 {
			return false
		}
	}
	return true
}

// hostLen is the length of the host at the start of b, or 0 or less if there is none.
func hostLen(b []byte) int {
	if len(b) == 0 || b[0] != '[' {
		return span(b, hostChar)
	}
	for i, c := range b {
		if c == ']' && validIPv6(b[1:i]) {
			return i + 1
		}
	}
	return -1
}

// validIPv6 reports whether b is an IPv6address: eight groups of one to four
// hexadecimal digits, one run of them perhaps written "::", the last two perhaps
// as an IPv4 address.
func validIPv6(b []byte) bool {
	groups, gap := 0, false
	if len(b) >= 2 && b[0] == ':' && b[1] == ':' {
		gap, b = true, b[2:]
	}
	for len(b) > 0 {
		n := span(b, hexChar)
		if n < len(b) && b[n] == '.' {
			groups += 2
			if !validIPv4(b) {
				return false
			}
			break
		}
		if n == 0 || n > 4 {
			return false
		}
		groups++
		if b = b[n:]; len(b) == 0 {
			break
		}
		if b[0] != ':' || len(b) == 1 {
			return false
		}
		if b = b[1:]; b[0] == ':' {
			if gap {
				return false
			}
			gap, b = true, b[1:]
		}
	}
	return groups == 8 && !gap || groups < 8 && gap
}

// validIPv4 reports whether b is four decimal octets without leading zeros.
func validIPv4(b []byte) bool {
	for octet := range 4 {
		n := span(b, digitChar)
		if n == 0 || n > 3 || n > 1 && b[0] == '0' {
			return false
		}
		value := 0
		for _, c := range b[:n] {
			value = value*10 + int(c-'0')
		}
		if value > 255 {
			return false
		}
		b = b[n:]
		if octet == 3 {
			break
		}
		if len(b) == 0 || b[0] != '.' {
			return false
		}
		b = b[1:]
	}
	return len(b) == 0
}
