package cache

// What a request asks of a cache, RFC 9111 §3, §4, §5.2.1.

import "brigade/core/http1"

// Wish is what a request asks for.
type Wish struct {
	Directives
	Method     http1.Method
	Authorized bool // it has Authorization
	Ranged     bool // it asks for a part
	Content    bool // it has content
	Guarded    bool // it is for its origin alone, under a condition (RFC 9110 §13.1.1, §13.1.4)
}

// Read makes w what r asks for. What cannot be read, and Pragma without Cache-Control
// (§5.4), ask for validation.
func (w *Wish) Read(r *http1.Request) {
	w.Directives.Read(r.Fields)
	w.Method, w.Ranged, w.Content, w.Authorized = r.Method, r.Range != nil, r.HasContent(), false
	w.Guarded = r.IfMatch != nil || r.IfUnmodifiedSince != nil
	control, pragma := false, false
	for i := range r.Fields {
		switch f := &r.Fields[i]; {
		case is(f.Name, "authorization"):
			w.Authorized = true
		case is(f.Name, "cache-control"):
			control = true
		case is(f.Name, "pragma"):
			pragma = pragma || http1.ListHas(f.Value, "no-cache")
		}
	}
	if pragma && !control || w.Has(Unsound) {
		w.Flags |= NoCache
	}
}

// Asks reports whether a stored response may answer it at all: one of GET is stored, and
// answers HEAD, too.
func (w *Wish) Asks() bool {
	return (w.Method == http1.GET || w.Method == http1.HEAD) && !w.Content && !w.Guarded
}

// Leads reports whether what is fetched for it may be stored, and answer others: who has
// Authorization would have all who come wait for what is mostly not for them.
func (w *Wish) Leads() bool {
	return w.Asks() && w.Method == http1.GET && !w.Ranged && !w.Authorized && !w.Has(NoStore)
}
