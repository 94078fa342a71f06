package fuzz

// The cells that ought to come up in a campaign over all scenarios, and their
// names. What comes up beside them is told as well.

import (
	"fmt"
	"strconv"

	"brigade/core/http1"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/core/sys"
	"brigade/fuzz/scenario"
	"brigade/netsim/client"
)

// Cells lists what ought to come up, by group.
func Cells() []Cell {
	var list []Cell
	add := func(group string, names ...string) {
		for _, n := range names {
			list = append(list, Cell{group, n})
		}
	}
	add(groupWait, stage.WaitNames()[1:]...)
	add(groupStep, stage.StepNames()[1:]...)
	for _, s := range statuses {
		add(groupStatus, statusName(s))
	}
	add(groupOutcome, endName(0), client.Truncated.String(), client.Reset.String())
	add(groupHandler, scenario.ActNames()...)
	add(groupMove, moves...)
	for i := range 2 * len(bufferWords) {
		if n := bufferName(i); n != unrefused && n != unrevoked {
			add(groupBuffer, n)
		}
	}
	add(groupHistory, scenario.HistoryNames()[:4]...)
	for k, p := range rt.Probes() {
		if k > 0 && p.Name != "" {
			add(groupProbe, p.Name)
		}
	}
	add(groupProbe, specialProbes...)
	for _, c := range calls {
		add(groupCall, callName(c.op, sys.OK))
		for _, e := range c.errors {
			add(groupCall, callName(c.op, e))
		}
	}
	return list
}

// statuses are those that the server has answers with.
var statuses = []int{200, 206, 301, 304, 400, 404, 405, 408, 412, 413, 414, 416, 431, 500, 501, 503, 505, 507}

// What fills stands in line, of which joining tells; what frees is never taken back.
var (
	unrefused = bufferName(2*len(bufferWords) - 1)
	unrevoked = bufferName(int(rt.BufferRevoked) - 1)
)

// calls are the server's system calls, with the errors that a world gives it in
// the ordinary course of things.
var calls = []struct {
	op     rt.Op
	errors []sys.Errno
}{
	{rt.OpListen, nil},
	{rt.OpAccept, []sys.Errno{sys.EAGAIN, sys.ECONNABORTED, sys.EMFILE, sys.ENFILE, sys.ENOBUFS}},
	{rt.OpRead, []sys.Errno{sys.EAGAIN, sys.ECONNRESET}},
	{rt.OpWrite, []sys.Errno{sys.EAGAIN, sys.EPIPE, sys.ECONNRESET, sys.ENOSPC}},
	{rt.OpSendfile, []sys.Errno{sys.EAGAIN, sys.EPIPE, sys.EIO}},
	{rt.OpShutdown, []sys.Errno{sys.ENOTCONN}},
	{rt.OpClose, nil},
	{rt.OpOpen, []sys.Errno{sys.ENOENT, sys.EMFILE}},
	{rt.OpFstat, nil},
	{rt.OpPread, []sys.Errno{sys.EIO}},
	{rt.OpPoller, nil},
	{rt.OpPollAdd, nil},
	{rt.OpPollWait, []sys.Errno{sys.EINTR}},
	{rt.OpEventFD, nil},
}

func callName(op rt.Op, e sys.Errno) string {
	if e == sys.OK {
		return op.String()
	}
	return op.String() + " " + e.Name()
}

func statusName(i int) string {
	return fmt.Sprintf("%d %s", i, http1.StatusText(i))
}

// nameIn names by a list; what the list has no name for is a number.
func nameIn(names []string) func(i int) string {
	return func(i int) string {
		if i < len(names) {
			return names[i]
		}
		return strconv.Itoa(i)
	}
}
