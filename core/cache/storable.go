package cache

// Which responses are stored, RFC 9111 §3, by a shared cache. Stricter than it must be:
// no-store holds in spite of must-understand, whatever sets a cookie is somebody's own, and
// so is what answers Authorization, and of status codes only those are stored that are
// listed here. A part (206) and what
// only says that nothing has changed (304) are none of them.

// status says whether a response of this status may be stored, and whether without being
// told so (RFC 9110 §15.1).
func status(code int) (known, alone bool) {
	switch code {
	case 200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501:
		return true, true
	case 302, 303, 307:
		return true, false
	}
	return false, false
}

// Storable reports whether m, which answers w, may be stored, and is worth it: it can be
// used as it is, or validated.
func Storable(w *Wish, m *Meta) bool {
	known, alone := status(m.Status)
	switch {
	case !w.Leads(), !known, m.Has(NoStore | Private | Unsound), m.Cookie, m.VaryAll:
		return false
	case !alone && !m.Has(Public) && !m.explicit():
		return false
	}
	return Lifetime(m) > 0 || m.Validates()
}

// shareable reports whether m may answer others though its request had Authorization
// (RFC 9111 §3.5).
func (m *Meta) shareable() bool {
	return m.Has(Public|MustRevalidate) || m.SharedAge != None
}

// explicit reports whether m says for how long it is fresh.
func (m *Meta) explicit() bool {
	return m.SharedAge != None || m.MaxAge != None || m.Expires != NoDate
}
