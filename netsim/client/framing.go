package client

// Framing of one response head, by RFC 9112, strictly: what two parties could
// read differently is wrong.

import (
	"net/http"
	"strconv"
	"strings"
)

type bodyKind uint8

const (
	lengthBody  bodyKind = iota // of framing.length bytes
	chunkedBody                 // §7.1
	closedBody                  // ends with the connection, §6.3 item 8
)

type framing struct {
	kind   bodyKind
	length int
}

// parseFraming reads a whole head with its empty line. reason is not empty if the
// head may not be.
func parseFraming(head, method string) (f framing, reason string) {
	lines := strings.Split(strings.TrimSuffix(head, "\r\n\r\n"), "\r\n")
	status, reason := parseStatusLine(lines[0])
	if reason != "" {
		return f, reason
	}
	lengths, encodings := 0, 0
	for _, line := range lines[1:] {
		name, value, found := strings.Cut(line, ":")
		value = strings.Trim(value, " \t")
		switch {
		case !found || name == "" || strings.ContainsAny(name, " \t\r\n\x00"):
			return f, "the field line " + strconv.Quote(line)
		case strings.ContainsAny(value, "\r\n\x00"):
			return f, "a control character in the field " + name
		case strings.EqualFold(name, "Content-Length"):
			lengths++
			n, err := strconv.ParseUint(value, 10, 40)
			if err != nil {
				return f, "Content-Length " + strconv.Quote(value)
			}
			f.length = int(n)
		case strings.EqualFold(name, "Transfer-Encoding"):
			encodings++
			if !strings.EqualFold(value, "chunked") {
				return f, "Transfer-Encoding " + strconv.Quote(value)
			}
		}
	}
	switch {
	case lengths > 1 || encodings > 1:
		return f, "two lengths (RFC 9112 §6.3)"
	case lengths+encodings == 2:
		return f, "Content-Length beside Transfer-Encoding (RFC 9112 §6.2)"
	case bodiless(status) && (encodings > 0 || lengths > 0 && status != http.StatusNotModified):
		return f, "a length on status " + strconv.Itoa(status) + " (RFC 9110 §8.6)"
	case bodiless(status), method == http.MethodHead:
		return framing{}, ""
	case encodings == 1:
		f.kind = chunkedBody
	case lengths == 0:
		f.kind = closedBody
	}
	return f, ""
}

func bodiless(status int) bool {
	return status < 200 || status == http.StatusNoContent || status == http.StatusNotModified
}

// parseStatusLine is RFC 9112 §4.
func parseStatusLine(line string) (status int, reason string) {
	version, rest, found := strings.Cut(line, " ")
	if !found || version != "HTTP/1.1" && version != "HTTP/1.0" || strings.ContainsAny(line, "\r\n\x00") {
		return 0, "the status line " + strconv.Quote(line)
	}
	if len(rest) < 4 || rest[3] != ' ' {
		return 0, "the status line " + strconv.Quote(line) + " (three digits and a space, RFC 9112 §4)"
	}
	for _, d := range rest[:3] {
		if d < '0' || d > '9' {
			return 0, "the status code " + strconv.Quote(rest[:3])
		}
	}
	status, _ = strconv.Atoi(rest[:3])
	if status < 100 || status > 599 {
		return 0, "the status code " + rest[:3]
	}
	return status, ""
}
