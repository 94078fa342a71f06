package invariants

// roster is the connections of a run, by number (open addressing, linear probing)
// and, as long as it is open, by descriptor. A connection stays in it when it has
// gone, so that later mention of it is told from mention of one that never was.
type roster[R any] struct {
	members []member[R]
	slots   []int32     // 1 + index of a member; 0: free
	open    rows[int32] // by descriptor: 1 + index of a member; 0: none
}

// member is one connection, and what a checker notes of it.
type member[R any] struct {
	id   uint64
	fd   int32
	gone bool
	R    R
}

func (r *roster[R]) reset() {
	clear(r.slots)
	clear(r.members)
	r.members = r.members[:0]
	r.open.reset()
}

// slot is where id is, or would be.
func (r *roster[R]) slot(id uint64) *int32 {
	mask := uint64(len(r.slots) - 1)
	for i := id * 0x9e3779b97f4a7c15 >> 32; ; i++ {
		s := &r.slots[i&mask]
		if *s == 0 || r.members[*s-1].id == id {
			return s
		}
	}
}

// find is connection id; nil: it never was.
func (r *roster[R]) find(id uint64) *member[R] {
	if len(r.members) == 0 {
		return nil
	}
	if s := *r.slot(id); s != 0 {
		return &r.members[s-1]
	}
	return nil
}

// index is the place of m among the members.
func (r *roster[R]) index(m *member[R]) int32 {
	return *r.slot(m.id) - 1
}

// live is connection id; nil: there is none.
func (r *roster[R]) live(id uint64) *member[R] {
	if m := r.find(id); m != nil && !m.gone {
		return m
	}
	return nil
}

// add begins connection id on descriptor fd; nil: there was one like that.
func (r *roster[R]) add(id uint64, fd int32) *member[R] {
	if 2*len(r.members) >= len(r.slots) {
		r.grow()
	}
	s := r.slot(id)
	if *s != 0 {
		return nil
	}
	r.members = append(r.members, member[R]{id: id, fd: fd})
	*s = int32(len(r.members))
	if at := r.open.at(fd); at != nil {
		*at = *s
	}
	return &r.members[*s-1]
}

func (r *roster[R]) grow() {
	r.slots = make([]int32, max(64, 2*len(r.slots)))
	for i := range r.members {
		*r.slot(r.members[i].id) = int32(i + 1)
	}
}

// on is the connection that has descriptor fd; nil: none has.
func (r *roster[R]) on(fd int32) *member[R] {
	if at := r.open.get(fd); at != nil && *at != 0 {
		return &r.members[*at-1]
	}
	return nil
}

// closed says that descriptor fd is nobody's any more.
func (r *roster[R]) closed(fd int32) {
	if at := r.open.get(fd); at != nil {
		*at = 0
	}
}
