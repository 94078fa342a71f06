// Package static answers GET and HEAD with the files below a root.
//
// Each task keeps a cache of small files of its own (a Local), looked up by the
// path as it was sent. A hit that was checked within Fresh is answered on the
// spot; everything else opens the file on a processor, where that may block, and
// what was found travels back to the task's cache. What is cached is immutable,
// so that responses share its bytes.
//
//	h, err := static.New(kernel, "/srv/www", static.Options{})
//
// Nothing outside the root is ever opened: paths are cleaned before (http1), the
// kernel resolves them below the root's descriptor, and what is no regular file
// is not served.
package static
