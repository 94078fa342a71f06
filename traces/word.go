package traces

// Words and texts. A word is written bare if it can be read back so, else as a Go
// string in quotes; a text, which may hold spaces, is the rest of its line by the
// same rule. So paths stay readable, and no name can break the format.

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// quoteWord writes s so that splitWords gives it back as one word.
func quoteWord(s string) string {
	if s == "" || s[0] == '"' || !clean(s) || strings.ContainsRune(s, ' ') {
		return strconv.Quote(s)
	}
	return s
}

// quoteText writes s so that unquoteText gives it back from the rest of a line.
func quoteText(s string) string {
	if strings.HasPrefix(s, " ") {
		return strconv.Quote(s)
	}
	return quoteIndented(s)
}

// quoteIndented is quoteText for lines of a stack, which may begin with spaces.
func quoteIndented(s string) string {
	if strings.HasPrefix(s, `"`) || strings.HasSuffix(s, " ") || !clean(strings.ReplaceAll(s, "\t", "")) {
		return strconv.Quote(s)
	}
	return s
}

func unquoteText(s string) (string, error) {
	if !strings.HasPrefix(s, `"`) {
		return s, nil
	}
	text, err := strconv.Unquote(s)
	if err != nil {
		return "", errors.New("a text that begins with a quote must be a Go string in double quotes")
	}
	return text, nil
}

// clean reports whether s shows itself as it is: printable, or a space.
func clean(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if !strconv.IsPrint(r) {
			return false
		}
	}
	return true
}

var errQuote = errors.New("a quoted word must be a Go string in double quotes, followed by a space or the line's end")

// splitWords splits a line at spaces, outside of quotes.
func splitWords(line string) ([]string, error) {
	var words []string
	for {
		line = strings.TrimLeft(line, " ")
		if line == "" {
			return words, nil
		}
		if line[0] != '"' {
			word, rest, _ := strings.Cut(line, " ")
			words, line = append(words, word), rest
			continue
		}
		quoted, err := strconv.QuotedPrefix(line)
		if err != nil {
			return nil, errQuote
		}
		word, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, errQuote
		}
		line = line[len(quoted):]
		if line != "" && line[0] != ' ' {
			return nil, errQuote
		}
		words = append(words, word)
	}
}
