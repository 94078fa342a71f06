package main

// The operator's side of the access log: it is opened anew on a signal, as after a
// rotation, and what it loses is said while there is time to do something about it.

import (
	"errors"
	"fmt"
	"os"
	"time"

	"brigade/core/accesslog"
	"brigade/core/sys"
	"brigade/core/sys/linux"
)

const (
	// logGlance is how often the server looks what has become of its log; logSoon,
	// while it waits to hear how a reopening went.
	logGlance = time.Second
	logSoon   = 10 * time.Millisecond

	// logSilence is how long it says nothing more about lines that are lost.
	logSilence = time.Minute
)

// openLog opens the file that --access-log names.
func (p *program) openLog(k *linux.Kernel) (*accesslog.Log, error) {
	name := p.accessLog
	if name == "-" {
		name = "/dev/stdout"
	}
	log, err := accesslog.Open(k, name, logRoom)
	if err == nil {
		return log, nil
	}
	hint := ""
	switch e := errnoIn(err); {
	case errors.Is(e, sys.ENXIO):
		hint = "; it is a fifo or pipe that nobody reads: start its reader first"
	case errors.Is(e, sys.ENOENT):
		hint = "; the file is made, the directory that it stands in has to be there"
	case errors.Is(e, sys.EISDIR):
		hint = "; it names a file, which may be new, and this is a directory"
	case errors.Is(e, sys.EACCES), errors.Is(e, sys.EPERM):
		hint = "; the user that runs brigaded needs to write to it"
	}
	return nil, fmt.Errorf("%s %s: %w%s", p.said.where("access-log"), p.accessLog, errnoIn(err), hint)
}

// reopen is the answer to a signal that asks for it. look then ticks soon.
func (p *program) reopen(s *site, sig os.Signal, look *time.Ticker) {
	if s.log == nil {
		p.say("%v: there is no access log to open anew, and nothing else is read again", name(sig))
		return
	}
	s.log.Reopen()
	look.Reset(logSoon)
}

// name is a signal's as people type it.
func name(sig os.Signal) string {
	if sig == signalReopen {
		return "SIGUSR1"
	}
	return "SIGHUP"
}

// journal is what has been said of a log.
type journal struct {
	told accesslog.Told
	next time.Time // when losses may be told again
}

// news says what has become of the log since it was said last. Of a reopening it reports
// that it has ended.
func (p *program) news(s *site, j *journal, now time.Time) (reopened bool) {
	if s.log == nil {
		return false
	}
	t := s.log.Told()
	if t.Reopened > j.told.Reopened {
		p.say("the access log %s has been opened anew", p.accessLog)
	}
	if t.Kept > j.told.Kept {
		p.say("the access log %s could not be opened anew: %v; the old file is written on", p.accessLog, t.Why)
	}
	reopened = t.Reopened+t.Kept > j.told.Reopened+j.told.Kept
	j.told.Reopened, j.told.Kept = t.Reopened, t.Kept
	if (t.Dropped > j.told.Dropped || t.Lost > j.told.Lost) && !now.Before(j.next) {
		p.say("the access log loses lines: %d found no room, because its disk or its reader is slow, and %d bytes were not taken, because it is full or nobody reads it", t.Dropped, t.Lost)
		j.told, j.next = t, now.Add(logSilence)
	}
	return reopened
}
