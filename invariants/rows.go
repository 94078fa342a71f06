package invariants

// rows is a table by a small number: of a descriptor, or of a task.
type rows[T any] struct{ list []T }

// most bounds how far a table grows: no run has as many descriptors or tasks.
const most = 1 << 20

func (r *rows[T]) reset() {
	clear(r.list)
	r.list = r.list[:0]
}

// at is row i, made if it is not there yet; nil: no run has an i like that.
func (r *rows[T]) at(i int32) *T {
	if uint32(i) < uint32(len(r.list)) {
		return &r.list[i]
	}
	if i < 0 || i >= most {
		return nil
	}
	var zero T
	for int(i) >= len(r.list) {
		r.list = append(r.list, zero)
	}
	return &r.list[i]
}

// get is row i; nil: it was never made.
func (r *rows[T]) get(i int32) *T {
	if uint32(i) < uint32(len(r.list)) {
		return &r.list[i]
	}
	return nil
}
