package traces_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"brigade/traces"
)

// FuzzRead: any bytes are refused or read, never worse; what was read can be
// written and read again without change.
func FuzzRead(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte(strings.Replace(sample, "departures 2", "departures 3", 1)))
	f.Add([]byte("brigade trace 2\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		first, err := traces.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := first.Write(&b); err != nil {
			t.Fatal(err)
		}
		again, err := traces.Read(bytes.NewReader(b.Bytes()))
		if err != nil {
			t.Fatalf("%v in\n%s", err, b.Bytes())
		}
		if !reflect.DeepEqual(first, again) {
			t.Fatalf("first %+v\nagain %+v", first, again)
		}
	})
}
