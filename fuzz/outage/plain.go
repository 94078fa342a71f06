package outage

// The control: a proxy that asks each origin in turn, waits for it for ever, and tries
// nothing again.

import (
	"io"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
)

// Plain is that proxy.
func Plain(origins []string) (at string, end func() error, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	var turn atomic.Int64
	once := &http.Transport{DisableKeepAlives: true} // on a connection that is kept it would try again
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		q.URL.Scheme, q.URL.Host = "http", origins[int(turn.Add(1))%len(origins)]
		q.RequestURI = ""
		r, err := once.RoundTrip(q)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer r.Body.Close()
		w.Header().Set(numberField, r.Header.Get(numberField))
		w.Header().Set("Content-Length", strconv.FormatInt(r.ContentLength, 10))
		w.WriteHeader(r.StatusCode)
		_, _ = io.Copy(w, r.Body)
	})}
	go func() { _ = s.Serve(l) }() // until it is closed
	return l.Addr().String(), s.Close, nil
}
