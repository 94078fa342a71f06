package http2

// SETTINGS (RFC 9113 §6.5): applied in order, then acknowledged. A change of the
// initial window is one of every stream's.

// settings is SETTINGS, or the acknowledgement of ours.
func (s *Session) settings(f *frame) (Event, *Error) {
	s.begun = true
	if e := s.meters.rises(FloodSettings, 1+max(s.codec.count()-settingsFrame, 0)); e != nil {
		return Event{}, e
	}
	if f.end {
		return Event{}, nil
	}
	if e := s.codec.settings(s.setting); e != nil {
		return Event{}, e
	}
	s.codec.acknowledge()
	return Event{}, nil
}

// setting applies one setting; those unknown mean nothing.
func (s *Session) setting(id uint16, value uint32) *Error {
	const (
		table   = 0x1
		push    = 0x2
		window  = 0x4
		payload = 0x5
	)
	switch id {
	case table:
		s.codec.table(value)
	case push:
		if value > 1 {
			return errSettingPush
		}
	case window:
		if value > largest {
			return errWindowLarge
		}
		return s.resize(int64(value))
	case payload:
		if value < frameLength || value >= 1<<24 {
			return errSettingFrame
		} // ours have the least size, which everybody takes
	}
	return nil
}

// resize changes the windows of all streams.
func (s *Session) resize(size int64) *Error {
	by := size - s.initial
	s.initial = size
	for _, st := range s.streams.list {
		if !st.window.grow(by) {
			return errWindowLarge
		}
		if st.window > 0 {
			s.offer(st)
		} else if st.queued {
			s.queue.remove(st)
		}
	}
	return nil
}
