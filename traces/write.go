package traces

// Writing. The form, by example:
//
//	brigade trace 1
//	scenario   keepalive-reap
//	seed       0x5ee1
//	...
//	verdict    assertion
//	...
//	stack      2
//	| brigade/core/stage.(*conn).write()
//	| core/stage/write.go:88
//	departures 1
//	main/reader.2 main:queue.mu.1 lock 3 -> main/writer.1
//	events     1 of 1
//	0.000012500      41 lock         main/reader.2 main:queue.mu.1 0
//	end

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"brigade/core/rt"
	"brigade/sim/schedule"
)

const magic = "brigade trace "

// arrow stands between a departure's key and its value.
const arrow = "->"

// Write writes t as text.
func (t *Trace) Write(w io.Writer) error {
	b := new(bytes.Buffer)
	fmt.Fprintf(b, "%s%d\n", magic, Version)
	for _, f := range fields() {
		line(b, f.name, f.write(t))
	}
	stack := splitStack(t.Verdict.Stack)
	line(b, "stack", strconv.Itoa(len(stack)))
	for _, l := range stack {
		fmt.Fprintln(b, strings.TrimRight("| "+quoteIndented(l), " "))
	}
	line(b, "departures", strconv.Itoa(len(t.Departures)))
	for _, d := range t.Departures {
		writeDeparture(b, d)
	}
	line(b, "events", fmt.Sprintf("%d of %d", len(t.Events), t.Total))
	for i := range t.Events {
		writeEvent(b, &t.Events[i])
	}
	fmt.Fprintln(b, "end")
	_, err := w.Write(b.Bytes())
	return err
}

func line(b *bytes.Buffer, name, text string) {
	fmt.Fprintln(b, strings.TrimRight(fmt.Sprintf("%-10s %s", name, text), " "))
}

// splitStack is the lines of a stack; none if there is no stack.
func splitStack(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

func writeDeparture(b *bytes.Buffer, d schedule.Departure) {
	fmt.Fprintf(b, "%s %s %s %d %s %s\n", quoteWord(d.Key.Task), quoteWord(d.Key.Object), quoteWord(d.Key.Op), d.Key.N, arrow, quoteWord(d.Value))
}

func writeEvent(b *bytes.Buffer, e *Event) {
	n := len(e.Words)
	for n > 0 && e.Words[n-1] == 0 {
		n--
	}
	object := quoteWord(e.Object)
	if n > 0 {
		object = fmt.Sprintf("%-24s", object) // no spaces at a line's end
	}
	fmt.Fprintf(b, "%s %7d %-12s %-20s %s", seconds(e.Time), e.Step, e.Op, quoteWord(e.Task), object)
	for i, w := range e.Words[:n] {
		b.WriteByte(' ')
		if i == 0 && isCall(e.Op) {
			fmt.Fprintf(b, "%d:%d", w>>32, int32(uint32(w)))
			continue
		}
		b.WriteString(number(w))
	}
	b.WriteByte('\n')
}

// isCall says that the first word is a descriptor with its process above bit 32.
func isCall(op rt.Op) bool { return op >= rt.OpListen && op < rt.OpPage }

// number writes a word as people read it: small ones and results below zero in
// decimal, the rest in hexadecimal.
func number(w uint64) string {
	if i := int64(w); i < 0 && i >= -4096 || i >= 0 && i < 1<<40 {
		return strconv.FormatInt(i, 10)
	}
	return "0x" + strconv.FormatUint(w, 16)
}

// seconds writes an instant in seconds, all nine places, so that columns line up
// and nothing is lost.
func seconds(t rt.Instant) string {
	sign := ""
	n := uint64(t)
	if t < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%09d", sign, n/1e9, n%1e9)
}
