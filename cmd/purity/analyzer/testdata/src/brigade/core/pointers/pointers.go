package pointers

import (
	"errors"
	"fmt"
	"unsafe"

	"brigade/core/rt"
)

type conn struct {
	id   int
	next *conn
}

type named struct{ id int }

func (n *named) String() string { return fmt.Sprint(n.id) }

type hidden struct{ n *named }

func order(a, b *conn) bool {
	return uintptr(unsafe.Pointer(a)) < // want `uintptr of a pointer: an address differs from run to run; give the object a number`
		uintptr(unsafe.Pointer(b)) // want `uintptr of a pointer`
}

func print(c *conn, n *named, f func(), err error) {
	_ = fmt.Sprintf("%p", c)           // want `%p: an address differs from run to run; give the object a number`
	_ = fmt.Sprintf("%d: %p", 1, f)    // want `%p: `
	_ = fmt.Sprintf("%v", c)           // want `printing a \*conn: an address would show; print a number or name of the object`
	_ = fmt.Sprintf("%+v", *c)         // want `printing a conn: an address would show`
	_ = fmt.Sprint("conn ", c)         // want `printing a \*conn`
	_ = fmt.Sprintf("%d", n)           // want `printing a \*named`
	_ = fmt.Sprintf("%v", hidden{n})   // want `printing a hidden`
	_ = fmt.Sprintf("%v", []*conn{c})  // want `printing a \[\]\*conn`
	_ = fmt.Sprintf("%*d %v", 3, 4, f) // want `printing a func\(\)`
	_ = fmt.Sprintf("%[1]v", c)        // want `printing a \*conn`
	rt.Bug("conn %v is lost", c)       // want `printing a \*conn`
	rt.Bug("%v", unsafe.Pointer(c))    // want `printing a unsafe.Pointer`
	_ = fmt.Errorf("conn %d: %w", c.id, err)
	_ = fmt.Sprintf("%v %s %d%% %T", n, n, c.id, c)
	rt.Bug("conn %d after %v", c.id, errors.New("x"))
}
