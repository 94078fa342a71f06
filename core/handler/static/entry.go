package static

import (
	"strconv"

	"brigade/core/http1"
	"brigade/core/sys"
)

// meta is what a response says of a file.
type meta struct {
	size        int64
	modified    int64  // seconds since 1970
	etag        []byte // strong: nanosecond, size and inode
	contentType string
	lines       []byte // Last-Modified, ETag and Accept-Ranges
	stat        sys.Stat
}

// entry is a cached file. It is immutable.
type entry struct {
	meta
	body []byte
	path string // as requests have it, encoded
}

// describe makes a file's meta.
func describe(name string, s *sys.Stat) meta {
	m := meta{size: s.Size, modified: s.Mtime.Unix(), contentType: http1.ContentType([]byte(name)), stat: *s}
	m.etag = append(m.etag, '"')
	m.etag = strconv.AppendUint(m.etag, uint64(s.Mtime.UnixNano()), 36)
	m.etag = append(m.etag, '-')
	m.etag = strconv.AppendInt(m.etag, s.Size, 36)
	m.etag = append(m.etag, '-')
	m.etag = strconv.AppendUint(m.etag, s.Inode, 36)
	m.etag = append(m.etag, '"')
	m.lines = http1.AppendFieldDate(m.lines, "Last-Modified", m.modified)
	m.lines = http1.AppendField(m.lines, "ETag", m.etag)
	m.lines = append(m.lines, "Accept-Ranges: bytes\r\n"...)
	return m
}

// same reports whether the file is still the one that was read.
func (m *meta) same(s *sys.Stat) bool {
	return m.stat.Size == s.Size && m.stat.Mtime.Equal(s.Mtime) &&
		m.stat.Inode == s.Inode && m.stat.Device == s.Device && s.Kind == sys.Regular
}
