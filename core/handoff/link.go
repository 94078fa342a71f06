package handoff

// Link is what an item carries to be in an Inbox or a Queue.
type Link[T any] struct{ next *T }

// Linked is an item: a pointer to a struct that has a Link.
type Linked[T any] interface {
	*T
	HandoffLink() *Link[T]
}

// list is items in order.
type list[T any, P Linked[T]] struct {
	first, last *T
	length      int
}

func (l *list[T, P]) empty() bool { return l.first == nil }

func (l *list[T, P]) push(item P) {
	if l.last == nil {
		l.first = item
	} else {
		P(l.last).HandoffLink().next = item
	}
	l.last = item
	l.length++
}

func (l *list[T, P]) pop() P {
	item := P(l.first)
	link := item.HandoffLink()
	if l.first = link.next; l.first == nil {
		l.last = nil
	}
	link.next = nil
	l.length--
	return item
}
