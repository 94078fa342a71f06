// Package exchange is where protocols meet handlers: one request, and the
// response to it as it is built.
//
// An exchange belongs to the task that runs the step; a handler may use it until
// it returns and keeps nothing of it. What the response needs beyond that is in
// buckets: rendered into the connection's page, shared and immutable, or a file.
//
//	x.Begin(200)
//	x.Field("Content-Type", "text/plain")
//	x.Shared(body)
//
// The package knows neither how requests arrive nor how responses leave.
package exchange
