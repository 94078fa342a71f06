package script

// A line's words: bare ones, and strings as Go writes them, which may be repeated:
// "ab"*3 is ababab. A # that starts a word starts a comment.

import (
	"fmt"
	"strconv"
	"strings"
)

// maxRepeat bounds the length of a repeated string.
const maxRepeat = 16 << 20

// word is one of a line's words.
type word struct {
	text   string
	quoted bool
}

// split takes a line apart.
func split(line string) (words []word, comment string, err error) {
	for {
		line = strings.TrimLeft(line, " \t")
		switch {
		case line == "":
			return words, "", nil
		case line[0] == '#':
			return words, strings.TrimSpace(line[1:]), nil
		case line[0] == '"':
			w, rest, err := quoted(line)
			if err != nil {
				return nil, "", err
			}
			words, line = append(words, w), rest
		default:
			end := strings.IndexAny(line, " \t")
			if end < 0 {
				end = len(line)
			}
			words, line = append(words, word{text: line[:end]}), line[end:]
		}
	}
}

// quoted reads the string that line begins with.
func quoted(line string) (w word, rest string, err error) {
	prefix, err := strconv.QuotedPrefix(line)
	if err != nil {
		return w, "", fmt.Errorf("%s: a string ends with a quotation mark, and has the escapes of Go", clip(line))
	}
	text, err := strconv.Unquote(prefix)
	if err != nil {
		return w, "", fmt.Errorf("%s: %w", prefix, err)
	}
	rest = line[len(prefix):]
	if rest == "" || rest[0] == ' ' || rest[0] == '\t' {
		return word{text, true}, rest, nil
	}
	end := strings.IndexAny(rest, " \t")
	if end < 0 {
		end = len(rest)
	}
	n, err := strconv.Atoi(strings.TrimPrefix(rest[:end], "*"))
	if rest[0] != '*' || err != nil || n < 0 || n*len(text) > maxRepeat {
		return w, "", fmt.Errorf("%q behind a string: there may be a space, or * and how often it is repeated, to %d bytes at most", rest[:end], maxRepeat)
	}
	return word{strings.Repeat(text, n), true}, rest[end:], nil
}

// clip is the start of a text, for errors.
func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

// words are a statement's words, taken from the front.
type words struct {
	list  []word
	lines []string // the text lines below the statement
	taken bool     // the lines were asked for
}

// next takes a word; what says what it should be.
func (w *words) next(what string) (string, error) {
	if len(w.list) == 0 {
		return "", fmt.Errorf("%s is missing", what)
	}
	text := w.list[0].text
	w.list = w.list[1:]
	return text, nil
}

// optional takes a word if there is one.
func (w *words) optional() string {
	text, _ := w.next("")
	return text
}

// number takes a number of at least least.
func (w *words) number(what string, least int) (int, error) {
	text, err := w.next(what)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least {
		return 0, fmt.Errorf("%s %q is a number, %d at least", what, text, least)
	}
	return n, nil
}

// text takes all that is left: strings, then lines, each of which ends with CRLF.
func (w *words) text() ([]byte, error) {
	var b []byte
	for _, x := range w.list {
		if !x.quoted {
			return nil, fmt.Errorf("%q: text stands in quotation marks, or below on lines that begin with |", x.text)
		}
		b = append(b, x.text...)
	}
	w.list = nil
	for _, line := range w.take() {
		b = append(append(b, line...), "\r\n"...)
	}
	if len(b) == 0 {
		return nil, fmt.Errorf("the text is missing: strings, or lines below that begin with |")
	}
	return b, nil
}

// take takes the lines.
func (w *words) take() []string {
	w.taken = true
	return w.lines
}

// done says what is left over.
func (w *words) done() error {
	switch {
	case len(w.list) > 0:
		return fmt.Errorf("%q is one word too many", w.list[0].text)
	case len(w.lines) > 0 && !w.taken:
		return fmt.Errorf("this statement has no lines of text, but %q stands below it", clip("| "+w.lines[0]))
	}
	return nil
}
