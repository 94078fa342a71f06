package invariants

// Heads of responses, decompressed by x/net's hpack. A change of the table's size that a
// client asks for counts from its acknowledgement on: what refers to an entry that the
// table has no room for any more cannot be decompressed (RFC 9113 §4.3.1).

import (
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// usualTable is the size of the table of field compression until a client says
// otherwise.
const usualTable = 4096

// heads is what is needed to understand a session's.
type heads struct {
	decoder *hpack.Decoder
	block   []byte
	end     bool    // the block's head has END_STREAM
	tables  []int64 // sizes that were asked for and not acknowledged; unchanged: none was
	allowed int64

	fields int    // of the head that is decompressed
	status string // its first field, if that is :status
	wrong  string // what may not stand in a head
}

// ready makes h that of a session that begins.
func (h *heads) ready() {
	h.decoder = hpack.NewDecoder(usualTable, h.field)
	h.block, h.tables, h.allowed = h.block[:0], h.tables[:0], usualTable
}

// changes is SETTINGS of the client's.
func (h *heads) changes(f *http2.SettingsFrame) {
	size := int64(unchanged)
	for i := range f.NumSettings() {
		if s := f.Setting(i); s.ID == http2.SettingHeaderTableSize {
			size = int64(s.Val)
		}
	}
	h.tables = append(h.tables, size)
}

// acknowledged is the acknowledgement of the oldest.
func (h *heads) acknowledged() {
	if len(h.tables) == 0 {
		return
	}
	if size := h.tables[0]; size != unchanged {
		h.decoder.SetAllowedMaxDynamicTableSize(uint32(size))
		if size < h.allowed {
			h.decoder.SetMaxDynamicTableSize(uint32(size))
		}
		h.allowed = size
	}
	h.tables = h.tables[:copy(h.tables, h.tables[1:])]
}

// open is a head's first frame, more one that follows.
func (h *heads) open(f *http2.HeadersFrame) {
	h.end = f.StreamEnded()
	h.block = append(h.block[:0], f.HeaderBlockFragment()...)
}

func (h *heads) more(f *http2.ContinuationFrame) {
	h.block = append(h.block, f.HeaderBlockFragment()...)
}

// field takes a field of the block.
func (h *heads) field(f hpack.HeaderField) {
	if h.fields++; h.fields == 1 && f.Name == ":status" {
		h.status = f.Value
		return
	}
	switch f.Name {
	case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade":
		h.wrong = f.Name
		return
	}
	for i := range len(f.Name) {
		if c := f.Name[i]; c >= 'A' && c <= 'Z' || c == ':' {
			h.wrong = f.Name
		}
	}
}

// decode decompresses the block.
func (h *heads) decode() error {
	h.fields, h.status, h.wrong = 0, "", ""
	if _, err := h.decoder.Write(h.resized(h.block)); err != nil {
		return err
	}
	return h.decoder.Close()
}

// resized takes the changes of the table's size off b's front (RFC 7541 §6.3). hpack
// takes one only where there may be two.
func (h *heads) resized(b []byte) []byte {
	for len(b) > 0 && b[0]&0xe0 == 0x20 {
		n, at := int64(b[0]&0x1f), 1
		if n == 0x1f {
			for shift := 0; at < len(b) && shift < 28; shift += 7 {
				c := b[at]
				at++
				if n += int64(c&0x7f) << shift; c < 0x80 {
					break
				}
			}
		}
		if n > h.allowed {
			return b // which hpack refuses
		}
		h.decoder.SetMaxDynamicTableSize(uint32(n))
		b = b[at:]
	}
	return b
}

// headed is a head that is whole.
func (p *session) headed(t *talk, s *strand, id uint32, q *protocol) {
	h := q.heads
	err := h.decode()
	interim := len(h.status) == 3 && h.status[0] == '1'
	switch {
	case err != nil:
		p.fail("I27", "connection %d gets a field block on stream %d that cannot be decompressed: %v", t.id, id, err)
	case h.wrong != "":
		p.fail("I27", "connection %d gets field %q in a head on stream %d; names are in lower case, and tell nothing of connections", t.id, h.wrong, id)
	case s.head && (h.status != "" || !h.end):
		p.fail("I27", "connection %d gets a second head on stream %d, of status %q; trailers have none, and end it", t.id, id, h.status)
	case !s.head && len(h.status) != 3, interim && h.end:
		p.fail("I27", "connection %d gets a head on stream %d of status %q (END_STREAM %t)", t.id, id, h.status, h.end)
	}
	s.head = !interim
	p.finishes(t, s, id, h.end)
}
