package netsim

import "time"

// Config says how the simulated machine and its wires are made. The zero value
// is a loopback: packets arrive within the call that sends them.
type Config struct {
	Latency     time.Duration // of every packet, one way
	Bandwidth   int64         // of each direction of a connection, bytes a second; 0: no limit
	Segment     int           // most bytes in one packet; 0: 16384
	SendBuffer  int           // of a socket, in bytes; 0: 65536
	RecvBuffer  int           // of a socket, in bytes; 0: 65536
	Descriptors int           // most descriptors of a process; 0: 1024
	DiskLatency time.Duration // of each call that goes to the disk
	Memory      int           // bytes of pages that may be out when another is asked for; 0: no limit
	Quota       int           // bytes that a file takes which is appended to; 0: no limit
	Profile     Profile       // what goes wrong
}

func (c Config) withDefaults() Config {
	if c.Segment <= 0 {
		c.Segment = 16384
	}
	if c.SendBuffer <= 0 {
		c.SendBuffer = 65536
	}
	if c.RecvBuffer <= 0 {
		c.RecvBuffer = 65536
	}
	if c.Descriptors <= 0 {
		c.Descriptors = 1024
	}
	return c
}
