package httpconn

// Every field of an http_conn shows in its digest, however deep it lies, but for
// the few of which only the length may be told: found by changing one after the
// other. A field that is added and forgotten in the digest fails here.

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"unsafe"

	"brigade/core/exchange"
	"brigade/core/mem"
)

// silent are the fields that may differ between a new http_conn and one used again.
var silent = map[string]string{
	"Conn.buckets":                 "an allocator of buckets, of which the number that are out is told",
	"Conn.requests.nodes":          "the stock of a slab",
	"Conn.Out":                     "a list, of which the length is told",
	"Conn.X.filtered.chain":        "what the server has, not its requests",
	"Conn.X.filtered.line":         "kept, and told to be as new or not",
	"Conn.X.filtered.framed":       "kept, and told to be as new or not",
	"Conn.X.content.chain":         "what the server has, not its requests",
	"Conn.X.content.line":          "kept, and told to be as new or not",
	"Conn.X.filtered.source":       "a list, of which the length is told",
	"Conn.X.content.raw":           "a list, of which the length is told",
	"Conn.X.content.whole":         "a list, of which the length is told",
	"Conn.X.content.passing.ready": "a list, of which the length is told",
	"Conn.X.content.passing.tail":  "made once, and always the same",
	"Conn.X.live.crossing":         "a list, of which the length is told",
	"Conn.X.Request.store":         "an array, whose entries are told as far as they are set",
}

func TestDigestTellsEveryField(t *testing.T) {
	c := New(1, Sizes{In: 256, Out: 16 << 10}, nil, &mem.Scope{Name: "test"})
	n := 0
	change(t, c, reflect.ValueOf(c).Elem(), "Conn", &n)
	if n < 60 {
		t.Errorf("%d fields were changed; an http_conn has more", n)
	}
	t.Logf("%d fields", n)
}

// others are values for fields that hold whatever fits an interface.
var others = []any{new(Request), new(application), errors.New("a failure"), struct{ exchange.Origin }{}}

// other is the first of them that fits a field of type i.
func other(t *testing.T, i reflect.Type, path string) reflect.Value {
	for _, o := range others {
		if v := reflect.ValueOf(o); v.Type().Implements(i) {
			return v
		}
	}
	t.Fatalf("%s holds a %s, and none of the %d values of others is one; add one", path, i, len(others))
	return reflect.Value{}
}

// application is one that does nothing.
type application struct{}

func (*application) Step([]byte, bool, []byte) (taken, given int, done bool) { return 0, 0, true }
func (*application) End()                                                    {}

// change changes each part of v in turn, and looks whether c's digest does.
func change(t *testing.T, c *Conn, v reflect.Value, path string, n *int) {
	if silent[path] != "" {
		return
	}
	v = reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem() // unexported ones, too
	if v.Kind() == reflect.Struct {
		for i := range v.NumField() {
			change(t, c, v.Field(i), path+"."+v.Type().Field(i).Name, n)
		}
		return
	}
	if v.Kind() == reflect.Array {
		for i := range v.Len() {
			change(t, c, v.Index(i), fmt.Sprintf("%s[%d]", path, i), n)
		}
		return
	}
	old := reflect.New(v.Type()).Elem()
	old.Set(v)
	before := c.digest()
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(v.Int() + 1)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(v.Uint() + 1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), v.Len()+1, v.Cap()+2))
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		} else {
			v.SetZero()
		}
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Interface:
		v.Set(other(t, v.Type(), path))
	default:
		t.Fatalf("%s is of kind %s, which this test does not know how to change", path, v.Kind())
	}
	if c.digest() == before {
		t.Errorf("%s has no part in the digest", path)
	}
	v.Set(old)
	*n++
}
