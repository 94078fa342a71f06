// Package explain tells why a run failed: which two events had to come in that
// order, what led to them, and who did what when.
//
// It reads a recorded run and owns nothing. To tell a cause from what merely
// happened it makes runs that differ in one choice: two events that such a run
// has the other way round, and with them no failure, are the culprits.
//
//	x := explain.Explain(run, failing, signature)
//	x.Write(os.Stdout, 120)
//
// It explains best what package shrink has made small.
package explain
