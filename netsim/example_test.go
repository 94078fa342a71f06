package netsim_test

import (
	"fmt"
	"net/netip"

	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim"
	"brigade/sim"
	"brigade/sim/strategy"
)

// A server that answers one greeting, and its client, in one simulated run.
func Example() {
	net := netsim.New(netsim.Config{})
	server, client := net.Process("server"), net.Process("client")
	addr := netip.MustParseAddrPort("127.0.0.1:80")
	report := sim.Run(sim.Options{Seed: 1, World: net, Strategy: strategy.NewRandom()}, func() {
		l, _ := server.Listen(addr, sys.ListenOptions{})
		rt.Go("server", func() {
			fd, _, _ := server.AcceptWait(l, -1)
			buf := make([]byte, 100)
			n, _ := server.ReadWait(fd, buf, -1)
			server.Write(fd, append([]byte("hello, "), buf[:n]...))
			server.Close(fd)
		})
		fd, _ := client.Connect(addr)
		client.ConnectWait(fd, -1)
		client.Write(fd, []byte("world"))
		buf := make([]byte, 100)
		n, _ := client.ReadWait(fd, buf, -1)
		fmt.Println(string(buf[:n]))
	})
	fmt.Println(report.Verdict == nil, len(net.Connections()), net.OpenDescriptors(server))
	// Output:
	// hello, world
	// true 1 [{3 socket 1}]
}
