package exchange

// Taking a connection over (RFC 9110 §7.8). A handler that is asked for another
// protocol answers 101 and names an Application; from the last byte of that head on
// the connection's bytes are the application's, and the connection's loop carries
// them. No task and no buffer is the application's while nothing moves.

import "brigade/core/http1"

// Application is a handler's end of a connection that it has taken over. Its methods
// are called by the connection's loop, one at a time, so they may not block.
type Application interface {
	// Step takes up to all of in, the bytes that have come and were not taken yet, and
	// puts up to len(out) bytes to be sent into out, which is one at least: what there is
	// no room for it keeps, and gives then. ended: nothing comes after in.
	// done: nothing is sent after what was given. It is called when bytes have come or
	// ended, and again after what it gave has left, so one that gives little is not in
	// anybody's way; while the peer does not take what it gave it is not called.
	Step(in []byte, ended bool, out []byte) (taken, given int, done bool)
	// End is called once, when the connection is over.
	End()
}

// Switch answers 101 and gives the connection to app, which speaks protocol, one of
// those that the request offers. False: the request offers no upgrade, or its content
// would have to be read first, or its handler streams; then nothing has been said yet.
func (x *Exchange) Switch(protocol string, app Application, fields ...string) bool {
	if x.Request.Upgrade == nil || x.Request.HasContent() || x.Lives() {
		return false
	}
	x.must(partNone, "switched")
	x.part, x.Status = partWhole, 101 // it passes no filter
	x.statusLine(101)
	x.page = http1.AppendFieldString(x.page, "Connection", "Upgrade")
	x.page = http1.AppendFieldString(x.page, "Upgrade", protocol)
	for i := 0; i+1 < len(fields); i += 2 {
		x.page = http1.AppendFieldString(x.page, fields[i], fields[i+1])
	}
	x.page = append(x.page, "\r\n"...)
	x.app = app
	return true
}

// Switched reports whether the connection was given to an application.
func (x *Exchange) Switched() bool { return x.app != nil }

// TakeOver is the application to which the connection was given. What was said is
// queued. It is the connection's to call.
func (x *Exchange) TakeOver() Application {
	x.flush()
	app := x.app
	x.app = nil
	return app
}

// Decline takes the connection back from an application that has not begun, and the
// answer from an origin that was not asked.
func (x *Exchange) Decline() {
	x.origin = nil
	if x.app != nil {
		x.app.End()
		x.app = nil
	}
}
