package script

// The site: the tree of files that every script finds on its server, in every
// world. A runner lays it out below a directory of its own, with the root to be
// served at Root in it, so that there is something outside of the root.

import "time"

// Root is where the served tree lies in the site.
const Root = "www"

// File is one of the site's files.
type File struct {
	Name   string // where it lies, slash-separated, from the site's directory
	Target string // what a request calls it; empty: it is not to be had
	Text   string
	Size   int    // if not 0, this many bytes of a pattern instead of Text
	Link   string // if not empty, a symbolic link to there instead of a file
	Huge   bool   // more than any socket holds; its bytes are nobody's business
}

// Content is a file's bytes; of a huge one, so many zeros.
func (f *File) Content(huge int) []byte {
	switch {
	case f.Huge:
		return make([]byte, huge)
	case f.Size > 0:
		return fill(f.Size)
	}
	return []byte(f.Text)
}

// Modified is when every file of the site was changed last.
func Modified() time.Time { return time.Date(2011, 11, 20, 12, 0, 0, 0, time.UTC) }

// Site lists the files.
func Site() []File {
	return []File{
		{Name: "www/hello.txt", Target: "/hello.txt", Text: "hello, world\n"},
		{Name: "www/empty.txt", Target: "/empty.txt"},
		{Name: "www/digits.txt", Target: "/digits.txt", Text: "0123456789012345678901234567890123456789"},
		{Name: "www/index.html", Target: "/", Text: "<!doctype html><title>home</title>\n"},
		{Name: "www/dir/index.html", Target: "/dir/", Text: "<!doctype html><title>dir</title>\n"},
		{Name: "www/with blank.txt", Target: "/with%20blank.txt", Text: "a blank in its name\n"},
		{Name: "www/large.bin", Target: "/large.bin", Size: 300_000},
		{Name: "www/huge.bin", Huge: true},
		{Name: "secret.txt", Text: "this lies outside of the root\n"},
		{Name: "www/out.txt", Link: "../secret.txt"},
		{Name: "www/out", Link: ".."},
	}
}
