// Package outage has origins fail behind a real proxy that is under load, and judges what
// its clients get: of two origins one is killed, started again, stalled, and killed while
// it is stalled, and then the other is. There is always one that can answer. So no request
// that may be asked twice may be lost, whatever becomes of it on the way; none may hang; and
// none that may not be asked twice may be told to an origin a second time.
//
//	if outage.Played() { return } // in main: this process may be an origin
//	counts, err := outage.Run(proxy, outage.Options{Out: os.Stdout})
//
// Origins are processes of their own, which are killed, stopped and continued by their
// ids, and clients are raw connections, since a client that tries again by itself would
// hide what is looked for. What an origin has taken it tells on its standard output before
// it answers, so that this is known of one that is killed the moment after. Nothing sleeps:
// a step of the story follows when enough requests have been answered, or an origin has
// told of one; patience ends what hangs.
//
// Plain is a proxy that tries nothing again, for which Run has to have an error. Who the
// proxy is and how it is started is the caller's business.
package outage
