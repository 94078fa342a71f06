package handoff

// Link is what an item carries to be in an Inbox or a Queue.
type Link[T any] struct{ next *T }

// Linked is an item: a pointer to a struct that has a Link.
type Linked[T any] interface {
	*T
	HandoffLink() *Link[T]
}
