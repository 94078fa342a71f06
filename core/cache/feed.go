package cache

// The feed of an object: one task asks the origin for it, says what came, and in the end
// that this was all, or that it failed. It goes on as long as somebody wants it: a reader;
// or the store, if little is missing of what it can keep.

import (
	"time"

	"brigade/core/http1"
	"brigade/core/mem"
	"brigade/core/rt"
)

const (
	// finish is how much may be missing of an object without readers for its feed to go on.
	finish = 256 << 10
	// window is how much is held of an object that is not kept.
	window = 64 << 10
)

// wanted reports whether o's feed has somebody to go on for.
func (o *Object) wanted() bool {
	if o.readers > 0 || o.phase == whole {
		return true
	}
	return o.phase == growing && o.shared && o.length != None && o.length-o.body.size <= finish
}

// Feeds has w be woken when the feed may go on, or has nobody to go on for.
func (o *Object) Feeds(w mem.Waker) { o.feed.Listens(w) }

// Heard says that the feed was woken. True: it has ended.
func (o *Object) Heard() (over bool) {
	o.store.mu.Lock()
	defer o.store.mu.Unlock()
	o.feed.rung = false
	return !o.fed
}

// Leave ends the feed. silent: no bell is on its way to it.
func (o *Object) Leave() (silent bool) {
	var t trash
	s := o.store
	s.mu.Lock()
	if o.phase == asked || o.phase == growing {
		rt.Bug("cache: the feed of object %d leaves it, and has not said how it ends", o.id)
	}
	o.fed = false
	silent = !o.feed.rung
	o.drop(&t)
	s.mu.Unlock()
	t.clear()
	return silent
}

// Room is how much the feed may bring now; 0: it is woken when there is room.
func (o *Object) Room() int {
	o.store.mu.Lock()
	defer o.store.mu.Unlock()
	if !o.window {
		return largestPage
	}
	b := o.body
	if left := o.bound() - int(b.size-o.slowest()); left > 0 {
		return left
	}
	o.feed.waits = true
	return 0
}

// slowest is how far the slowest reader is.
func (o *Object) slowest() int64 {
	at := o.body.size
	for r := o.first; r != nil; r = r.after {
		at = min(at, r.at)
	}
	return at
}

// passed drops what every reader of a window has passed, and has the feed hear of room.
func (o *Object) passed(t *trash) {
	if !o.window || o.body == nil {
		return
	}
	at := o.slowest()
	o.body.trim(o.store, at, t)
	if o.body.size-at < int64(o.bound()) {
		t.ring(&o.feed)
	}
}

// tells rings all readers that wait.
func (o *Object) tells(t *trash) {
	for r := o.first; r != nil; r = r.after {
		t.ring(&r.Ear)
	}
}

// News is what came of a fetch: a head, and when.
type News struct {
	Answer *http1.Answer
	Query  *Query        // what was asked for
	Delay  time.Duration // between the request and this
	Now    int64         // seconds since 1970
	Old    *http1.Answer // the room to parse the stored one
}

// Head takes in what the origin answers, which is not 304 unless something is validated.
// length is that of the content; None: it is not known.
func (o *Object) Head(n *News, length int64) {
	h := o.read(AppendHead(nil, n.Answer, n.Now), n.Answer, n)
	h.length = length
	trails := n.Answer.Chunked && length == None
	var t trash
	s := o.store
	s.mu.Lock()
	o.take(h)
	o.phase, o.trails = growing, trails
	o.body = &body{refs: 1}
	o.shared = Storable(&n.Query.Wish, &o.meta) && length <= s.opt.Longest && !o.barred && s.admits(o, max(length, 0), &t)
	s.unask(o)
	old := o.old
	o.old = nil
	if o.shared {
		s.publish(o, &t)
	} else {
		o.window = true
		o.body.moves(s)
		s.keepAlone(o, &t)
	}
	if old != nil {
		if !o.shared && o.meta.Status < 500 {
			s.unlist(old, &t) // what it was is not what it is now
		}
		old.drop(&t)
	}
	s.tell(o, objectHead, 0, uint64(length))
	o.tells(&t)
	s.mu.Unlock()
	t.clear()
}

// head is what is read of one.
type head struct {
	text, vary, variant []byte
	meta                Meta
	initial             time.Duration
	came                rt.Instant
	length              int64
}

// read reads a head that is to be o's, and is a's, outside of the lock.
func (o *Object) read(text []byte, a *http1.Answer, n *News) (h head) {
	var m Meta
	m.Read(a, n.Now)
	h.meta, h.text, h.came = m, text, n.Query.Now
	h.meta.ETag, h.meta.LastModified = append([]byte(nil), m.ETag...), append([]byte(nil), m.LastModified...)
	if m.ETag == nil {
		h.meta.ETag = nil
	}
	if m.LastModified == nil {
		h.meta.LastModified = nil
	}
	h.initial = InitialAge(&h.meta, n.Delay, n.Now)
	h.vary = AppendVary(nil, a.Fields)
	h.variant = AppendVariant(nil, h.vary, n.Query.Request)
	return h
}

// take makes h o's.
func (o *Object) take(h head) {
	o.text, o.meta, o.vary, o.variant = h.text, h.meta, h.vary, h.variant
	o.initial, o.came, o.length = h.initial, h.came, h.length
	o.size += int64(len(h.text) + len(h.vary) + len(h.variant) + len(h.meta.ETag) + len(h.meta.LastModified))
}

// Validated takes in a 304 for what o validates: o is that, brought up to date. False: it
// is not, and those who wait look again, without what was stored. The feed ends.
func (o *Object) Validated(n *News) bool {
	s, old := o.store, o.old // fixed while o is asked for
	if old == nil {
		o.Void()
		return false
	}
	if k, e := n.Old.Parse(old.text, 0, len(old.text)); e != nil || k != len(old.text) {
		rt.Bug("cache: the head of object %d, which was stored, is none: %v", old.id, e)
	}
	var said Meta
	said.Read(n.Answer, n.Now)
	text := AppendUpdated(nil, n.Old, n.Answer, n.Now)
	if k, e := n.Old.Parse(text, 0, len(text)); e != nil || k != len(text) {
		o.refuses(true)
		return false
	}
	h := o.read(text, n.Old, n)
	h.meta.Age = said.Age
	h.initial = InitialAge(&h.meta, n.Delay, n.Now)
	other := said.ETag != nil && string(said.ETag) != string(old.meta.ETag)
	if other || said.Cookie || !Storable(&n.Query.Wish, &h.meta) {
		o.refuses(true)
		return false
	}
	var t trash
	s.mu.Lock()
	h.length = old.length
	o.take(h)
	o.body = old.body
	o.body.refs++
	o.old = nil
	o.phase, o.renewed = whole, true
	s.count.Validated++
	s.unask(o)
	if o.shared = !o.barred && s.admits(o, 0, &t); o.shared {
		s.unlist(old, &t)
		s.publish(o, &t)
	}
	old.drop(&t)
	s.tell(o, objectHead, 0, uint64(o.length))
	s.tell(o, objectWhole, 0, uint64(o.body.size))
	o.tells(&t)
	s.mu.Unlock()
	t.clear()
	return true
}

// Void has those who wait for o look again: nothing came of it that is for them.
func (o *Object) Void() { o.refuses(false) }

// refuses is Void. purges: what was stored is not asked about any more.
func (o *Object) refuses(purges bool) {
	var t trash
	s := o.store
	s.mu.Lock()
	o.phase = void
	s.unask(o)
	if old := o.old; old != nil {
		o.old = nil
		if purges {
			s.unlist(old, &t)
		}
		old.drop(&t)
	}
	s.tell(o, objectFailed, 0, o.state())
	o.tells(&t)
	s.mu.Unlock()
	t.clear()
}

// GiveUp is Fail, if nobody wants the feed to go on; at once: not even to keep what comes.
func (o *Object) GiveUp(atOnce bool) bool {
	var t trash
	s := o.store
	s.mu.Lock()
	gone := !o.wanted() || atOnce && o.readers == 0
	if gone {
		o.fails(nil, &t)
	}
	s.mu.Unlock()
	t.clear()
	return gone
}

// Fail says that no more will come. e is what is answered, if nothing has.
func (o *Object) Fail(e *http1.Error) {
	var t trash
	o.store.mu.Lock()
	o.fails(e, &t)
	o.store.mu.Unlock()
	t.clear()
}

func (o *Object) fails(e *http1.Error, t *trash) {
	s := o.store
	o.phase, o.err = failed, e
	s.unask(o)
	s.unlist(o, t)
	if old := o.old; old != nil {
		o.old = nil
		old.drop(t)
	}
	s.count.Failed++
	s.tell(o, objectFailed, 0, o.state())
	o.tells(t)
}

// Grow adds b, for which there is room, to the content. False: there is no memory for it.
func (o *Object) Grow(b []byte) bool {
	for len(b) > 0 {
		n := o.extend(b)
		if n == 0 {
			return false
		}
		b = b[n:]
	}
	return true
}

// extend adds as much as fits into one page; 0: there is none.
func (o *Object) extend(b []byte) (n int) {
	s, k := o.store, o.body
	s.mu.Lock()
	room := k.room() // pages are added by this task alone
	var fresh []byte
	if room == 0 {
		var t trash
		size := o.nextPage(&t)
		s.mu.Unlock()
		t.clear()
		if fresh = rt.Pages(size); fresh == nil {
			s.mu.Lock()
			k.count(s, -int64(size))
			s.mu.Unlock()
			return 0
		}
		n = copy(fresh, b)
		s.mu.Lock()
		k.pages = append(k.pages, page{bytes: fresh})
	} else {
		p := &k.pages[len(k.pages)-1]
		to := p.bytes[p.n:]
		s.mu.Unlock()
		n = copy(to, b)
		s.mu.Lock()
	}
	var t trash
	k.pages[len(k.pages)-1].n += n
	k.size += int64(n)
	s.tell(o, objectGrows, 0, uint64(n))
	o.tells(&t)
	s.mu.Unlock()
	t.clear()
	return n
}

// nextPage counts the page that follows, and says how long it is. What has become longer
// than may be stored, or has no room beside what is being read, is not kept.
func (o *Object) nextPage(t *trash) int {
	s, k := o.store, o.body
	left := None
	if o.length != None && o.shared {
		left = o.length - k.size
	}
	size := k.next(left)
	if o.shared && o.length == None && (k.size+int64(size) > s.opt.Longest || !s.makeRoom(int64(size), t)) {
		o.outgrows(t)
		size = windowPage
	}
	if o.shared && o.length != None {
		s.used -= int64(size) // it was set aside for this
		o.size -= int64(size)
	}
	k.count(s, int64(size))
	return size
}

// outgrows has o be kept no more.
func (o *Object) outgrows(t *trash) {
	o.shared, o.window = false, true
	s := o.store
	s.count.Outgrown++
	s.unlist(o, t)
	s.keepAlone(o, t)
	o.body.moves(s)
	o.passed(t)
}

// End says that all has come.
func (o *Object) End() {
	var t trash
	s := o.store
	s.mu.Lock()
	o.phase = whole
	if o.length == None {
		o.length = o.body.size
	} else if o.shared && o.length != o.body.size {
		rt.Bug("cache: object %d ends after %d bytes of %d; what is short fails", o.id, o.body.size, o.length)
	}
	s.tell(o, objectWhole, 0, uint64(o.body.size))
	o.tells(&t)
	s.mu.Unlock()
	t.clear()
}
