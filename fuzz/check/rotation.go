package check

// core/accesslog.Log whose file is renamed and opened anew while it is written, and takes
// no more in the middle of a line: that line is whole in the new file, or it is lost, and
// the new file has nothing but whole lines.

import (
	"bytes"

	"brigade/core/accesslog"
	"brigade/core/rt"
	"brigade/core/sys"
)

func rotationComponent() Component {
	return Component{
		Name: "rotation", Tasks: 1, Ops: 1, Type: typeName[accesslog.Log](), program: rotationProgram,
		Story: "a log's file is full in the middle of a line, and an operator has it opened anew at any moment: the new one begins with a line, and has each once",
	}
}

// shelf is a kernel whose first file takes little, and each later one all.
type shelf struct {
	sys.Kernel
	turn  rt.Int64 // a write may be interleaved with anything
	files [][]byte
}

// firstDescriptor is that of the first file.
const firstDescriptor = 3

// OpenAppend implements sys.Kernel.
func (s *shelf) OpenAppend(string) (sys.FD, sys.Errno) {
	s.files = append(s.files, nil)
	return firstDescriptor + sys.FD(len(s.files)-1), sys.OK
}

// Write implements sys.Kernel.
func (s *shelf) Write(fd sys.FD, p []byte) (int, sys.Errno) {
	const most = 30
	s.turn.Add(1)
	f := &s.files[fd-firstDescriptor]
	n := len(p)
	if fd == firstDescriptor {
		if n = min(n, most-len(*f)); n == 0 {
			return 0, sys.ENOSPC
		}
	}
	*f = append(*f, p[:n]...)
	return n, sys.OK
}

// Close implements sys.Kernel.
func (s *shelf) Close(sys.FD) sys.Errno { return sys.OK }

func rotationProgram(writers, ops int) func() {
	return func() {
		s := new(shelf)
		s.turn.Label("files")
		log, err := accesslog.Open(s, "access.log", writers*ops*room)
		if err != nil {
			rt.Bug("the log does not open: %v", err)
		}
		var adding, logging rt.WaitGroup
		adding.Label("adding")
		logging.Label("logging")
		for w := range writers {
			adding.Go("writer", func() {
				for n := range ops {
					log.Add(entry(w, n))
				}
			})
		}
		adding.Go("operator", log.Reopen)
		logging.Go("logger", log.Run)
		adding.Wait()
		log.Close()
		logging.Wait()
		if len(s.files) > 2 {
			rt.Bug("the log was opened anew once, and has %d files", len(s.files))
		}
		seen := make(map[string]bool)
		for line := range bytes.Lines(s.files[len(s.files)-1]) {
			if len(s.files) == 1 {
				break // it was closed before anybody came to open another
			}
			if !bytes.HasPrefix(line, []byte("127.0.0.1 - - [21/Nov/2011")) || line[len(line)-1] != '\n' || seen[string(line)] {
				rt.Bug("the new file of the log has %q, which is no whole line, or not the first like it", line)
			}
			seen[string(line)] = true
		}
	}
}
