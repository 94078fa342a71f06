package http1

import (
	"reflect"
	"strings"
	"testing"
	"unsafe"
)

// parse reads a head that must be whole and sound.
func parse(t testing.TB, head string) *Request {
	t.Helper()
	r := new(Request)
	n, e := r.Parse([]byte(head), 0, nil)
	if e != nil {
		t.Fatalf("%q is refused with %d: %v", head, e.Status, e)
	}
	if n != len(head) {
		t.Fatalf("%q: %d of %d bytes are the head", head, n, len(head))
	}
	return r
}

// get is a sound request with some fields more.
func get(t testing.TB, fields ...string) *Request {
	t.Helper()
	return parse(t, "GET / HTTP/1.1\r\nHost: a\r\n"+strings.Join(append(fields, ""), "\r\n")+"\r\n")
}

// fill sets every part of v that has a setting other than zero.
func fill(v reflect.Value) {
	v = reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint8, reflect.Uint16:
		v.SetUint(7)
	default:
		panic("fill knows no " + v.Kind().String())
	}
}

// roomless is r without the room for fields that it has none in.
func roomless(r *Request) *Request {
	for _, f := range r.store[r.used:] {
		if f.Name != nil || f.Value != nil {
			return r
		}
	}
	r.store = r.store[:r.used:r.used]
	if r.used == 0 {
		r.store = nil
	}
	return r
}

func TestResetLeavesNothing(t *testing.T) {
	r := new(Request)
	fill(reflect.ValueOf(r).Elem())
	r.used = len(r.store)
	r.Reset()
	if !reflect.DeepEqual(roomless(r), new(Request)) {
		t.Errorf("after Reset a part of the request is left: %+v", r)
	}
}

func TestParseShowsNothingOfTheRequestBefore(t *testing.T) {
	const full = "POST http://h/p?q HTTP/1.0\r\nHost: a\r\nContent-Length: 3\r\nConnection: close, keep-alive\r\n" +
		"Range: bytes=0-1\r\nIf-Range: \"a\"\r\nIf-Match: *\r\nIf-None-Match: *\r\nIf-Modified-Since: x\r\n" +
		"If-Unmodified-Since: x\r\nReferer: r\r\nUser-Agent: u\r\nExpect: 100-continue\r\nUpgrade: u\r\n\r\n"
	for _, second := range []string{"", "GET", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: b\r\n\r\n", "\x16\x03"} {
		used, fresh := parse(t, full), new(Request)
		n, e := used.Parse([]byte(second), 0, nil)
		if m, f := fresh.Parse([]byte(second), 0, nil); n != m || e != f || !reflect.DeepEqual(roomless(used), roomless(fresh)) {
			t.Errorf("after another request %q reads as %+v, and first of all as %+v", second, used, fresh)
		}
	}
}

func TestGet(t *testing.T) {
	r := get(t, "X-One: 1", "x-ONE: 2", "Empty:")
	if v := r.Get("x-one"); string(v) != "1" {
		t.Errorf("Get(x-one) = %q, want the first, 1", v)
	}
	if v := r.Get("EMPTY"); v == nil || len(v) != 0 {
		t.Errorf("Get(EMPTY) = %#v, want empty but not nil: the field is there", v)
	}
	if v := r.Get("absent"); v != nil {
		t.Errorf("Get(absent) = %q, want nil", v)
	}
}

func TestValuesCannotGrowIntoTheirNeighbours(t *testing.T) {
	r := get(t, "A: 1", "B: 2")
	_ = append(r.Get("a"), "overrun"...)
	if v := r.Get("b"); string(v) != "2" {
		t.Errorf("appending to the value of A made B %q", v)
	}
}

func TestPersistentRFC9112Section9_3(t *testing.T) {
	for _, c := range []struct {
		name, version, fields string
		want                  bool
	}{
		{"1.1 stays open", "1.1", "", true},
		{"1.1 with close", "1.1", "Connection: close\r\n", false},
		{"1.1 with close in a list", "1.1", "Connection: x, CLOSE ,y\r\n", false},
		{"1.1 with close in the second line", "1.1", "Connection: x\r\nConnection: close\r\n", false},
		{"1.1 with close and keep-alive", "1.1", "Connection: keep-alive, close\r\n", false},
		{"1.1 with closed, which is another option", "1.1", "Connection: closed\r\n", true},
		{"1.0 closes", "1.0", "", false},
		{"1.0 with keep-alive", "1.0", "Connection: Keep-Alive\r\n", true},
		{"1.0 with close and keep-alive", "1.0", "Connection: close, keep-alive\r\n", false},
		{"1.9 counts as 1.1", "1.9", "", true},
	} {
		r := parse(t, "GET / HTTP/"+c.version+"\r\nHost: a\r\n"+c.fields+"\r\n")
		if r.Persistent() != c.want {
			t.Errorf("%s: Persistent is %v", c.name, !c.want)
		}
	}
}

func TestHopByHopRFC9110Section7_6_1(t *testing.T) {
	r := get(t, "Connection: X-Mine, close", "X-Mine: 1", "X-Yours: 2")
	for name, want := range map[string]bool{
		"x-mine": true, "Close": true, "Connection": true, "keep-alive": true, "TE": true,
		"Transfer-Encoding": true, "X-Yours": false, "Host": false, "": false,
	} {
		if r.HopByHop([]byte(name)) != want {
			t.Errorf("HopByHop(%q) is %v", name, !want)
		}
	}
}

func TestListsRFC9110Section5_6_1(t *testing.T) {
	for list, want := range map[string]bool{
		"a": true, "A": true, "b,a": true, " b ,\ta\t, c": true, ",,a": true, "": false, ",": false, "ab": false, "b;a": false,
	} {
		if ListHas([]byte(list), "a") != want {
			t.Errorf("ListHas(%q, a) is %v", list, !want)
		}
	}
	if ListHas(nil, "") {
		t.Error("a list that is not there has a member")
	}
}

func TestMethods(t *testing.T) {
	for m := GET; m < Other; m++ {
		if got := methodOf([]byte(m.String())); got != m {
			t.Errorf("the token %s is %s", m, got)
		}
	}
	for _, s := range []string{"get", "PROPFIND", "GETS", "G"} {
		if methodOf([]byte(s)) != Other {
			t.Errorf("%s is known (RFC 9110 §9.1: methods are case-sensitive)", s)
		}
	}
	if !GET.Safe() || POST.Safe() || !PUT.Idempotent() || POST.Idempotent() || PATCH.Idempotent() {
		t.Error("RFC 9110 §9.2: GET is safe, PUT is idempotent, POST and PATCH are neither")
	}
	if Method(99).String() == "" || NoMethod.String() != "" {
		t.Error("a method that is none has the wrong name")
	}
}
