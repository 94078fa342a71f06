package plants

// Bugs in the store of values. All that shows of them is what several clients saw.

var inValues = []Bug{
	{
		"kv-stale-read", "linear", "each loop remembers what it read last, and answers with that",
		[]string{"property:linear"},
		[]edit{
			{"core/handler/kv/handler.go", "type local struct{ of *Handler }\n", "type local struct{ of *Handler }\n\ntype recall struct {\n\tof   *Handler\n\tkey  string\n\tlast *entry\n}\n\nfunc (r *recall) Learn(any) {}\n\nfunc (r *recall) Inline(x *exchange.Exchange) bool {\n\tif x.Request.Method != http1.GET {\n\t\treturn local{r.of}.Inline(x)\n\t}\n\tkey, e := r.of.keyOf(x)\n\tif e != nil || r.last == nil || string(key) != r.key {\n\t\tif e == nil {\n\t\t\tr.key, r.last = string(key), r.of.store.get(key)\n\t\t}\n\t\treturn local{r.of}.Inline(x)\n\t}\n\tr.last.answer(x)\n\treturn true\n}\n"},
			{"core/handler/kv/handler.go", "func (h *Handler) Local() exchange.Local { return local{h} }\n", "func (h *Handler) Local() exchange.Local {\n\tif PLANTED {\n\t\treturn &recall{of: h}\n\t}\n\treturn local{h}\n}\n"},
		},
	},
	{
		"kv-lost-update", "linear", "a swap looks and stores in two critical sections",
		[]string{"property:linear"},
		[]edit{{
			"core/handler/kv/store.go", "\tsize := s.size + weight(key, e) - weight(key, old)\n",
			"\tif PLANTED {\n\t\ts.mu.Unlock()\n\t\ts.mu.Lock()\n\t\told = s.entries[string(key)]\n\t}\n\tsize := s.size + weight(key, e) - weight(key, old)\n",
		}},
	},
	{
		"kv-tag-comes-back", "linear", "a key that was deleted has the tags again that it had",
		[]string{"property:linear"},
		[]edit{{
			"core/handler/kv/store.go", "\ts.size -= weight(key, old)\n\tdelete(",
			"\tif PLANTED {\n\t\ts.changes--\n\t}\n\ts.size -= weight(key, old)\n\tdelete(",
		}},
	},
}
