package http1_test

import (
	"fmt"
	"strings"

	"brigade/core/http1"
)

// A head that arrives in two reads is parsed, its path decoded, and answered.
func Example() {
	var (
		request http1.Request
		input   = []byte("GET /notes/../index.html?draft HTTP/1.1\r\nHost: a.example\r\n\r\n")
	)
	n, e := request.Parse(input[:20], 0, nil)
	fmt.Println("after 20 bytes:", n, e == nil)

	n, e = request.Parse(input, 20, nil)
	fmt.Printf("%d bytes: %s for %s, stays open: %v\n", n, request.Method, request.Host, request.Persistent())
	if e != nil {
		fmt.Println(e.Status, e)
	}

	path, _ := http1.DecodePath(make([]byte, 0, len(request.Path)), request.Path)
	head := http1.AppendStatusLine(nil, 200)
	head = http1.AppendFieldDate(head, "Date", 784111777)
	head = http1.AppendFieldString(head, "Content-Type", http1.ContentType(path))
	head = http1.AppendContentLength(head, 5)
	head = http1.AppendConnection(head, &request, request.Persistent())
	head = http1.AppendEnd(head)
	fmt.Print(strings.ReplaceAll(string(head), "\r\n", "\n"))

	_, e = request.Parse([]byte("GET / HTTP/1.1\nHost: a.example\n\n"), 0, nil)
	fmt.Print(string(http1.AppendErrorBody(nil, e)))
	// Output:
	// after 20 bytes: 0 true
	// 60 bytes: GET for a.example, stays open: true
	// HTTP/1.1 200 OK
	// Date: Sun, 06 Nov 1994 08:49:37 GMT
	// Content-Type: text/html; charset=utf-8
	// Content-Length: 5
	//
	// 400 Bad Request: a line ends with LF alone; lines end with CRLF (RFC 9112 §2.2)
}
