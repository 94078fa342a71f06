package cache

// What the head of a response says to a cache. Of a field that stands there twice, and
// may not, the value is taken that makes the response older; a validator that does is none.

import (
	"bytes"

	"brigade/core/http1"
)

// Meta is what is known of a response. Its texts are parts of the head that was read.
type Meta struct {
	Directives
	Status       int
	Date         int64 // seconds since 1970: when it was made, as far as known
	Expires      int64 // the same, or NoDate; a date that cannot be read is 0
	Modified     int64 // the same, or NoDate
	Age          int64 // seconds that it was old by its own account
	ETag         []byte
	LastModified []byte
	Cookie       bool // it sets one
	VaryAll      bool // no other request is like its own
}

// NoDate is a date that was not sent.
const NoDate = http1.NoDate

// Read makes m what a says, which came at now, in seconds since 1970.
func (m *Meta) Read(a *http1.Answer, now int64) {
	*m = Meta{Status: a.Status, Date: NoDate, Expires: NoDate, Modified: NoDate}
	m.Directives.Read(a.Fields)
	tags, dates := 0, 0
	for i := range a.Fields {
		f := &a.Fields[i]
		switch {
		case is(f.Name, "date"):
			if t, ok := http1.ParseDate(f.Value, now); ok && (m.Date == NoDate || t < m.Date) {
				m.Date = t
			}
		case is(f.Name, "expires"):
			t, _ := http1.ParseDate(f.Value, now) // one that cannot be read has passed (RFC 9111 §5.3)
			if m.Expires == NoDate || t < m.Expires {
				m.Expires = t
			}
		case is(f.Name, "last-modified"):
			dates++
			if t, ok := http1.ParseDate(f.Value, now); ok {
				m.Modified, m.LastModified = t, f.Value
			}
		case is(f.Name, "etag"):
			tags++
			m.ETag = f.Value
		case is(f.Name, "age"):
			m.Age = max(m.Age, seconds(bytes.TrimSpace(f.Value), 0))
		case is(f.Name, "set-cookie"):
			m.Cookie = true
		case is(f.Name, "vary"):
			m.VaryAll = m.VaryAll || !names(f.Value)
		}
	}
	if m.Date == NoDate {
		m.Date = now
	}
	if tags > 1 || !http1.ValidTag(m.ETag) {
		m.ETag = nil
	}
	if dates > 1 {
		m.Modified, m.LastModified = NoDate, nil
	}
}

// Validates reports whether m has something by which it can be asked whether it still holds.
func (m *Meta) Validates() bool { return m.ETag != nil || m.LastModified != nil }
