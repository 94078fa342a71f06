// The test that opens the statistics page in a browser: a module of its own, so that
// what it needs is nobody else's business.
module page

go 1.26
