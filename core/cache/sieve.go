package cache

// What goes when there is no room, by SIEVE (Zhang, Yang, Yue, Vigfusson and Rashmi, NSDI
// 2024): objects stand in the order in which they came; a hand goes from the oldest to the
// newest and takes the first that was not used since it passed last. A hit marks an object
// and moves nothing, what is asked for once goes soon, and what is asked for often stays
// where it is: fewer misses than by least recent use, with less to do. An object that
// somebody holds beside the index is passed over: to drop it would free nothing yet.

// rank has o stand in that order, as the newest.
func (s *Store) rank(o *Object) {
	o.ranked, o.visited = true, false
	o.older, o.newer = s.newest, nil
	if s.newest != nil {
		s.newest.newer = o
	} else {
		s.oldest = o
	}
	s.newest = o
	s.ranked++
}

// unrank takes o out of it.
func (s *Store) unrank(o *Object) {
	if s.hand == o {
		s.hand = o.newer
	}
	if o.newer != nil {
		o.newer.older = o.older
	} else {
		s.newest = o.older
	}
	if o.older != nil {
		o.older.newer = o.newer
	} else {
		s.oldest = o.newer
	}
	o.ranked, o.older, o.newer = false, nil, nil
	s.ranked--
}

// makeRoom has n bytes more be within the limit. False: they are not to be had.
func (s *Store) makeRoom(n int64, t *trash) bool {
	if n > s.opt.Bytes {
		return false
	}
	for left := 2 * s.ranked; s.used+n > s.opt.Bytes; left-- {
		if left <= 0 {
			return false // all of it is in use
		}
		o := s.hand
		if o == nil {
			o = s.oldest
		}
		s.hand = o.newer
		switch {
		case o.refs > 1:
		case o.visited:
			o.visited = false
		default:
			s.count.Evicted++
			s.unlist(o, t)
		}
	}
	return true
}
