package kv_test

// The model of the store is a map of strings, each with the tag that came with it. What a
// request does to it is told by its method and its conditions; a tag is never seen twice.

import (
	"testing"

	"pgregory.net/rapid"

	"brigade/core/handler/kv"
)

// kept is a value of the model.
type kept struct{ value, tag string }

// model is the map, and all tags that there have been.
type model struct {
	values map[string]kept
	tags   []string
}

// weight is what the map weighs.
func (m *model) weight() (n int) {
	for k, v := range m.values {
		n += len(k) + len(v.value) + 128
	}
	return n
}

// status is the answer to a request, and changes the map by it.
func (m *model) status(method, key, value, field, tag string, total int) int {
	old, there := m.values[key]
	matches := there && (tag == "*" || tag == old.tag)
	failed := field == "If-Match" && !matches || field == "If-None-Match" && matches
	switch {
	case method == "GET" && !there, method == "HEAD" && !there, method == "DELETE" && !there:
		return 404
	case failed && (method == "GET" || method == "HEAD") && field == "If-None-Match":
		return 304
	case failed:
		return 412
	case method == "DELETE":
		delete(m.values, key)
		return 204
	case method != "PUT":
		return 200
	}
	m.values[key] = kept{value: value}
	if m.weight() > total {
		if delete(m.values, key); there {
			m.values[key] = old
		}
		return 507
	}
	if there {
		return 204
	}
	return 201
}

func TestStoreIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.SampledFrom([]int{300, 600, 100_000}).Draw(t, "total")
		d := newDesk(t, kv.Options{Path: "/kv/", Total: int64(total)})
		m := &model{values: make(map[string]kept)}
		for range rapid.IntRange(1, 40).Draw(t, "requests") {
			method := rapid.SampledFrom([]string{"GET", "HEAD", "PUT", "PUT", "PUT", "DELETE"}).Draw(t, "method")
			key := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "key")
			value, fields := "", []string(nil)
			if method == "PUT" {
				value = rapid.SampledFrom([]string{"", "x", "some", string(make([]byte, 9000))}).Draw(t, "value")
			}
			field := rapid.SampledFrom([]string{"", "If-Match", "If-None-Match"}).Draw(t, "field")
			tag := rapid.SampledFrom(append([]string{"*", `"other"`}, m.tags...)).Draw(t, "tag")
			if field != "" {
				fields = append(fields, field+": "+tag)
			}
			want := m.status(method, key, value, field, tag, total)
			a := d.ask(method, "/kv/"+key, value, fields...)
			if a.StatusCode != want {
				t.Fatalf("%s %s %v: %d, want %d", method, key, fields, a.StatusCode, want)
			}
			m.holds(t, method, key, a)
		}
	})
}

// holds holds the tag and the body of an answer to the map.
func (m *model) holds(t *rapid.T, method, key string, a answer) {
	now, tag := m.values[key], a.Header.Get("Etag")
	switch a.StatusCode {
	case 201, 204:
		if method == "DELETE" {
			return
		}
		for _, old := range m.tags {
			if tag == old {
				t.Fatalf("the tag %s names two values", tag)
			}
		}
		m.tags = append(m.tags, tag)
		m.values[key] = kept{now.value, tag}
	case 200, 304:
		if tag != now.tag || a.StatusCode == 200 && method == "GET" && a.body != now.value {
			t.Fatalf("%d bytes with the tag %s, want %d with %s", len(a.body), tag, len(now.value), now.tag)
		}
	}
}
