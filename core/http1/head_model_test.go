package http1

// What a head means, in other words than the parser's: lines by regular expression,
// addresses by package netip, lists by package strings, all of it at once.

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// pair is a field of the model.
type pair struct{ name, value string }

// values are those of the fields of a name, in order.
func values(fields []pair, name string) (list []string) {
	for _, f := range fields {
		if strings.EqualFold(f.name, name) {
			list = append(list, f.value)
		}
	}
	return list
}

// members are those of the lists in lines, trimmed.
func members(lines []string) (list []string) {
	for _, line := range lines {
		for m := range strings.SplitSeq(line, ",") {
			list = append(list, strings.Trim(m, " \t"))
		}
	}
	return list
}

// has reports whether a list has a member, in any case.
func has(list []string, member string) bool {
	for _, m := range list {
		if strings.EqualFold(m, member) {
			return true
		}
	}
	return false
}

var (
	authorityForm = regexp.MustCompile(`^(?:\[([0-9A-Fa-f:.]+)\]|[-._~!$&'()*+;=0-9A-Za-z]+)(?::([0-9]*))?$`)
	absoluteForm  = regexp.MustCompile(`^([^:]*)://([^/?]*)(.*)$`)
	badEscape     = regexp.MustCompile(`%(?:[^0-9A-Fa-f]|[0-9A-Fa-f][^0-9A-Fa-f]|[0-9A-Fa-f]?$)`)
	tokenForm     = regexp.MustCompile("^[-!#$%&'*+.^_`|~0-9A-Za-z]+$")
	digitsForm    = regexp.MustCompile(`^[0-9]+$`)
)

// soundAuthority reports whether s is host or host:port.
func soundAuthority(s string) bool {
	m := authorityForm.FindStringSubmatch(s)
	if m == nil {
		return false
	}
	if s[0] == '[' {
		if a, err := netip.ParseAddr(m[1]); err != nil || !a.Is6() {
			return false
		}
	}
	port := strings.TrimLeft(m[2], "0")
	n, err := strconv.ParseUint("0"+port, 10, 64)
	return err == nil && n <= 65535
}

// meaning is what a head comes to. Absent is "-" where being empty is something else.
type meaning struct {
	Method, Target, Path, Query, Host string
	Form                              Form
	Minor                             int
	Fields                            []pair
	Length                            int64
	Chunked, Close, Alive, Expect     bool
	Trailers, Persistent, Content     bool
	Known                             []string // those that servers look at
}

// known are the fields that servers look at, in the order of meaning.Known.
var known = []string{
	"range", "if-range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "referer", "user-agent",
}

// aim fills in what the target says.
func (m *meaning) aim(method, target string) *Error {
	m.Method, m.Target, m.Path, m.Query, m.Host = method, target, "-", "-", "-"
	rest := target
	switch parts := absoluteForm.FindStringSubmatch(target); {
	case method == "CONNECT":
		if !soundAuthority(target) || !regexp.MustCompile(`:[0-9]+$`).MatchString(target) {
			return errConnect
		}
		m.Form, m.Host = AuthorityForm, target
		return nil
	case target[0] == '/':
		m.Form = OriginForm
	case target == "*" && method == "OPTIONS":
		m.Form = AsteriskForm
		return nil
	case target == "*":
		return errAsterisk
	case parts == nil:
		return errTargetForm
	case !strings.EqualFold(parts[1], "http") && !strings.EqualFold(parts[1], "https"):
		return errScheme
	case strings.Contains(parts[2], "@"):
		return errUserinfo
	case !soundAuthority(parts[2]):
		return errAuthority
	default:
		m.Form, m.Host, rest = AbsoluteForm, parts[2], parts[3]
	}
	path, query, asks := strings.Cut(rest, "?")
	if m.Path = path; asks {
		m.Query = query
	}
	if badEscape.MatchString(path) {
		return errEscape
	}
	return nil
}

// mean fills in what the fields say together; most is how many there may be.
func (m *meaning) mean(most int) *Error {
	hosts, lengths, codings := values(m.Fields, "host"), values(m.Fields, "content-length"), values(m.Fields, "transfer-encoding")
	options, expected := members(values(m.Fields, "connection")), members(values(m.Fields, "expect"))
	length := ""
	if len(lengths) > 0 {
		length = strings.TrimLeft(lengths[0], "0")
	}
	n, large := strconv.ParseInt("0"+length, 10, 64)
	switch {
	case len(m.Fields) > most:
		return errFieldCount
	case len(hosts) > 1:
		return errHostTwice
	case len(hosts) == 0 && m.Minor > 0:
		return errHostNone
	case len(hosts) > 0 && !soundAuthority(hosts[0]):
		return errHostValue
	case len(codings) > 1:
		return errCodingMany
	case len(codings) == 0 && len(lengths) > 1:
		return errLengthMany
	case len(codings) == 0 && len(lengths) == 1 && (!digitsForm.MatchString(lengths[0]) || large != nil):
		return errLengthForm
	case len(codings) == 1 && m.Minor == 0:
		return errCoding10
	case len(codings) == 1 && len(lengths) > 0:
		return errLengthTE
	case len(codings) == 1 && codingVerdict(codings[0]) != nil:
		return codingVerdict(codings[0])
	}
	for _, name := range []string{"range", "if-range", "if-modified-since", "if-unmodified-since"} {
		if len(values(m.Fields, name)) > 1 {
			return errRepeated
		}
	}
	for _, x := range expected {
		if x != "" && !strings.EqualFold(x, "100-continue") && m.Minor > 0 {
			return errExpect
		}
	}
	if len(hosts) > 0 && m.Host == "-" {
		m.Host = hosts[0]
	}
	m.Length = -1
	if len(lengths) == 1 {
		m.Length = n
	}
	m.Chunked = len(codings) == 1
	m.Close, m.Alive = has(options, "close"), has(options, "keep-alive")
	m.Content = m.Chunked || m.Length > 0
	m.Expect = m.Minor > 0 && m.Content && has(expected, "100-continue")
	m.Trailers = m.Minor > 0 && has(members(values(m.Fields, "te")), "trailers")
	m.Persistent = !m.Close && (m.Minor > 0 || m.Alive)
	for _, name := range known {
		m.Known = append(m.Known, strings.Join(append(values(m.Fields, name), "-")[:1], ""))
	}
	upgrade := "-"
	if all := values(m.Fields, "upgrade"); len(all) > 0 && has(options, "upgrade") && m.Minor > 0 {
		upgrade = all[0]
	}
	m.Known = append(m.Known, upgrade)
	return nil
}

// codingVerdict is what is wrong with a value of Transfer-Encoding.
func codingVerdict(value string) *Error {
	list := members([]string{value})
	last := len(list) - 1
	for i, m := range list {
		if !tokenForm.MatchString(m) || i < last && strings.EqualFold(m, "chunked") {
			return errCodingForm
		}
	}
	switch ends := strings.EqualFold(list[last], "chunked"); {
	case ends && last == 0:
		return nil
	case ends || last == 0:
		return errCoding
	}
	return errCodingForm
}

// meant is what r shows, in the model's terms.
func meant(r *Request) *meaning {
	show := func(b []byte) string {
		if b == nil {
			return "-"
		}
		return string(b)
	}
	m := &meaning{
		Method: string(r.MethodName), Target: string(r.Target), Path: show(r.Path), Query: show(r.Query), Host: show(r.Host),
		Form: r.Form, Minor: int(r.Minor), Length: r.ContentLength, Chunked: r.Chunked, Close: r.Close, Alive: r.KeepAlive,
		Expect: r.ExpectContinue, Trailers: r.TakesTrailers, Persistent: r.Persistent(), Content: r.HasContent(),
	}
	for _, f := range r.Fields {
		m.Fields = append(m.Fields, pair{string(f.Name), string(f.Value)})
	}
	for _, b := range [][]byte{r.Range, r.IfRange, r.IfMatch, r.IfNoneMatch, r.IfModifiedSince, r.IfUnmodifiedSince, r.Referer, r.UserAgent, r.Upgrade} {
		m.Known = append(m.Known, show(b))
	}
	return m
}

// ofHopPlain reports whether a field is of one hop, given the head's.
func ofHopPlain(fields []pair, name string) bool {
	always := []string{"te", "upgrade", "connection", "keep-alive", "proxy-connection", "transfer-encoding"}
	return has(always, name) || name != "" && has(members(values(fields, "connection")), name)
}
