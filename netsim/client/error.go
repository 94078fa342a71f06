package client

import (
	"errors"
	"fmt"
)

// Kind says in which way an exchange failed.
type Kind uint8

// The kinds of failure.
const (
	Wrong     Kind = iota // bytes that may not be: the server's mistake, always
	Truncated             // a response ended before its length, detectably
	Silent                // the connection ended without a byte of the response
	Reset                 // the connection was reset, and reading told so
	Timeout               // nothing came for as long as patience lasts
	Refused               // no connection could be made
)

var kindNames = [...]string{"wrong", "truncated", "silent", "reset", "timeout", "refused"}

// String is the kind in a word.
func (k Kind) String() string { return kindNames[k] }

// Error is why an exchange failed.
type Error struct {
	Kind      Kind
	Request   int    // which of the connection, from 1; 0: none
	Reason    string // what was, and what should have been
	Disturbed bool   // a fault broke the connection
	Anothers  bool   // what came is the answer to another request
}

func (e *Error) Error() string {
	text := fmt.Sprintf("%s: request %d: %s", e.Kind, e.Request, e.Reason)
	if e.Disturbed {
		text += " (the network broke the connection)"
	}
	return text
}

// Blames reports whether err blames the server: it is no mere consequence of a
// fault of the network.
func Blames(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return err != nil
	}
	return e.Kind == Wrong || !e.Disturbed
}

// KindOf is the kind of err, false if it is no Error.
func KindOf(err error) (Kind, bool) {
	var e *Error
	if !errors.As(err, &e) {
		return 0, false
	}
	return e.Kind, true
}
