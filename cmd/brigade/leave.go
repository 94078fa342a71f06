package main

// The report that a campaign leaves behind: for people, for programs, and for the
// browser.

import (
	"bytes"
	"encoding/json"
	"errors"
	"path/filepath"

	"brigade/fuzz"
	"brigade/fuzz/report"
)

// leave writes the report, if one is to be left, and returns its directory.
func (p *program) leave(f *fuzzFlags, s *fuzz.Summary) (string, error) {
	if f.report == "" {
		return "", nil
	}
	var page, object, text bytes.Buffer
	err := errors.Join(report.HTML(&page, s), json.NewEncoder(&object).Encode(s))
	if err != nil {
		return "", err
	}
	written := &program{stdout: &text}
	written.summarise(s)
	report.Text(&text, s)
	for _, file := range []struct {
		name string
		text []byte
	}{{"report.txt", text.Bytes()}, {"report.json", object.Bytes()}, {"report.html", page.Bytes()}} {
		if err := fuzz.WriteFile(filepath.Join(f.report, file.name), file.text); err != nil {
			return "", err
		}
	}
	return filepath.Join(f.report, "report.html"), nil
}
