package explain

// Export to the Chrome trace format, which chrome://tracing and ui.perfetto.dev
// show: a task is a thread, an event lasts from its step to the next, one step
// being drawn as a microsecond; the virtual time is among its arguments.
// Format: "Trace Event Format", Google, 2016.

import (
	"encoding/json"
	"io"

	"brigade/sim"
)

type chromeEvent struct {
	Name  string            `json:"name"`
	Phase string            `json:"ph"`
	Time  int               `json:"ts"`
	Span  int               `json:"dur,omitempty"`
	PID   int               `json:"pid"`
	TID   int32             `json:"tid"`
	Scope string            `json:"s,omitempty"`
	Args  map[string]string `json:"args,omitempty"`
}

// Chrome writes r's events.
func Chrome(w io.Writer, r *sim.Report) error {
	list := []chromeEvent{}
	name := func(tid int32, name string) {
		list = append(list, chromeEvent{Name: "thread_name", Phase: "M", PID: 1, TID: tid, Args: map[string]string{"name": name}})
	}
	name(0, "world")
	for i, p := range r.TaskPaths {
		name(int32(i)+1, p)
	}
	for i := range r.Events {
		e := &r.Events[i]
		c := chromeEvent{
			Name: Text(r, i), Phase: "X", Time: e.Step, Span: 1, PID: 1, TID: e.Task + 1,
			Args: map[string]string{"time": e.Time.Sub(0).String(), "object": path(r.ObjectPaths, e.Object)},
		}
		if !e.Acts() {
			c.Phase, c.Span, c.Scope = "i", 0, "t"
			delete(c.Args, "object")
		}
		list = append(list, c)
	}
	if v := r.Verdict; v != nil {
		list = append(list, chromeEvent{Name: v.Error(), Phase: "i", Time: v.Step, PID: 1, Scope: "g"})
	}
	return json.NewEncoder(w).Encode(map[string]any{"traceEvents": list, "displayTimeUnit": "ms"})
}
