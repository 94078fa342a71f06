package linear

// Histories of a store of values as its clients see them, and the sequential store that
// they are held to: below each key there is a value or none. A client that names an entity
// tag means the value that it saw with it, since no tag names two (RFC 9110 §8.8.1); so the
// model knows values alone. The judge knows nothing of the store.
//
// An answer that was lost says nothing: its operation may have happened at any moment since
// its request, or not at all. It is under way until the end; that it did not happen is the
// same as that it happened last. For example
//
//	put a        |----|
//	put b          |- - - - - - - - - - - - -    the answer is lost
//	get -> a            |---|
//	get -> b                  |---|
//	get -> a                        |---|        not linearizable, whenever b came
//
// Keys are judged apart: what is linearizable for each is for all (Herlihy and Wing 1990).

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

// Verb is what is asked of a store.
type Verb uint8

// The verbs.
const (
	Get Verb = iota
	Put
	Remove
)

// Given is what an operation demands of what is there.
type Given uint8

// The conditions.
const (
	Always   Given = iota
	IfIs           // the value is Was
	IfIsNot        // it is not, or there is none
	IfAny          // there is a value
	IfAbsent       // there is none
)

// Request is one operation.
type Request struct {
	Key   string
	Verb  Verb
	Given Given
	Was   string
	Value string // of a Put
}

// Result is how an operation ended.
type Result uint8

// The results. Each verb has some of them.
const (
	Lost      Result = iota // nobody knows
	Done                    // there was a value; Get has it, Put has another there, Remove took it away
	Created                 // there was none, and Put put one there
	Missing                 // there is none
	Failed                  // the condition was false, and nothing has changed
	Unchanged               // the same, of a Get
	Full                    // there was no room, and nothing has changed
)

// Answer is what a client was told.
type Answer struct {
	Result Result
	Value  string // of a Get that is Done
}

// content is the state of one key.
type content struct {
	there bool
	value string
}

// holds reports whether r's condition is true of c.
func (c content) holds(r Request) bool {
	switch r.Given {
	case IfIs:
		return c.there && c.value == r.Was
	case IfIsNot:
		return !c.there || c.value != r.Was
	case IfAny:
		return c.there
	case IfAbsent:
		return !c.there
	case Always:
	}
	return true
}

// step is what a store that holds c at its key does with r, if it may answer a.
func (c content) step(r Request, a Answer) (possible bool, next content) {
	holds := c.holds(r)
	next = c
	switch {
	case r.Verb == Put && holds:
		next = content{true, r.Value}
	case r.Verb == Remove && holds:
		next = content{}
	}
	switch a.Result {
	case Lost:
		return true, next
	case Done:
		return c.there && holds && (r.Verb != Get || c.value == a.Value), next
	case Created:
		return !c.there && holds && r.Verb == Put, next
	case Missing:
		return !c.there && r.Verb != Put, c
	case Failed:
		return !holds, c
	case Unchanged:
		return c.there && !holds && r.Verb == Get, c
	case Full:
		return holds && r.Verb == Put, c
	}
	return false, c
}

// values is the sequential store.
var values = porcupine.Model{
	Partition: func(all []porcupine.Operation) (parts [][]porcupine.Operation) {
		place := make(map[string]int)
		for _, o := range all {
			key := o.Input.(Request).Key
			i, ok := place[key]
			if !ok {
				i, parts = len(parts), append(parts, nil)
				place[key] = i
			}
			parts[i] = append(parts[i], o)
		}
		return parts
	},
	Init: func() any { return content{} },
	Step: func(state, input, output any) (bool, any) {
		return state.(content).step(input.(Request), output.(Answer))
	},
}

// Log is what one client saw, in order. Its zero value is ready for use.
type Log struct {
	Client     int
	operations []porcupine.Operation
}

// Add adds an operation that was asked for at the moment call and answered at end. Moments
// are counted; one that is Lost has no end.
func (l *Log) Add(r Request, a Answer, call, end int64) {
	if a.Result == Lost {
		end = math.MaxInt64
	}
	l.operations = append(l.operations, porcupine.Operation{ClientId: l.Client, Input: r, Output: a, Call: call, Return: end})
}

// Store is the history of a store, as all its clients saw it.
type Store struct {
	Operations int
	Lost       int // of which nobody knows the end
	Pairs      int // of the others that were under way at the same time
	Most       int // at once

	history History
}

// Merge makes the history of what these saw.
func Merge(logs ...*Log) *Store {
	s := new(Store)
	var ended History
	for _, l := range logs {
		s.history.Operations = append(s.history.Operations, l.operations...)
		for _, o := range l.operations {
			if o.Output.(Answer).Result != Lost {
				ended.Operations = append(ended.Operations, o)
			}
		}
	}
	s.Operations = len(s.history.Operations)
	s.Lost = s.Operations - len(ended.Operations)
	s.Pairs, s.Most = ended.Overlap()
	return s
}

// Judge looks for an order in which a sequential store would have answered the same, for
// so long at most.
func (s *Store) Judge(limit time.Duration) Verdict {
	return verdict(porcupine.CheckOperationsTimeout(values, s.history.Operations, limit))
}

// Worst tells the operations below the first key that no order explains, by the moment of
// their requests; empty: there is none, or none was found in so long a time.
func (s *Store) Worst(limit time.Duration) string {
	for _, part := range values.Partition(s.history.Operations) {
		if porcupine.CheckOperationsTimeout(values, part, limit) != porcupine.Illegal {
			continue
		}
		slices.SortFunc(part, func(a, b porcupine.Operation) int { return cmp.Compare(a.Call, b.Call) })
		var text []string
		for _, o := range part {
			text = append(text, tell(o))
		}
		return strings.Join(text, "; ")
	}
	return ""
}

var (
	verbNames   = [...]string{"get", "put", "remove"}
	givenNames  = [...]string{"", " if it is ", " if it is not ", " if there is one", " if there is none"}
	resultNames = [...]string{"lost", "done", "created", "missing", "failed", "unchanged", "full"}
)

// tell is an operation in words: "5-9 client 1 put k0 1.2 if it is 1.1: done".
func tell(o porcupine.Operation) string {
	r, a := o.Input.(Request), o.Output.(Answer)
	short := func(value string) string { name, _, _ := strings.Cut(value, " "); return name }
	end := ""
	if a.Result != Lost {
		end = strconv.FormatInt(o.Return, 10)
	}
	text := fmt.Sprintf("%d-%s client %d %s %s %s%s%s: %s %s", o.Call, end, o.ClientId, verbNames[r.Verb], r.Key, short(r.Value),
		givenNames[r.Given], short(r.Was), resultNames[a.Result], short(a.Value))
	return strings.TrimSpace(text)
}

// String tells the history's length and overlap.
func (s *Store) String() string {
	return fmt.Sprintf("%d operations, %d answers lost, %d pairs overlap, %d at once at most", s.Operations, s.Lost, s.Pairs, s.Most)
}
