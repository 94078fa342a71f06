package stats

// The JSON form: the report's fields one after the other, so that no more of it is in
// memory than the largest.

import (
	"encoding/json"
	"reflect"
)

// object writes r as JSON.
func (p *pen) object(r *Report) {
	v := reflect.ValueOf(r).Elem()
	for i := range v.NumField() {
		head := byte(',')
		if i == 0 {
			head = '{'
		}
		p.text = append(p.text, head, '\n', '"')
		p.text = append(append(p.text, v.Type().Field(i).Tag.Get("json")...), '"', ':', ' ')
		p.add(encoded(v.Field(i).Interface()))
	}
	p.add([]byte("\n}\n"))
}

// add is Write for who looks at the pen's error at the end.
func (p *pen) add(b []byte) { _, _ = p.Write(b) }

// encoded is v as JSON. It is of numbers, texts and lists of them, which cannot fail.
func encoded(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return []byte("null")
	}
	return b
}
