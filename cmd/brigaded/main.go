package main

import (
	"fmt"
	"net/netip"
	"os"
	"os/signal"
	"syscall"
	"time"

	"brigade/core/handler/static"
	"brigade/core/stage"
	"brigade/core/sys/linux"
)

func main() {
	k := linux.New()
	h, err := static.New(k, os.Args[1], static.Options{})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	top, _ := stage.ParseTopology(os.Args[3])
	s, err := stage.New(stage.Config{Kernel: k, Listen: netip.MustParseAddrPort(os.Args[2]), Handler: h, Topology: top, Shards: 2})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	s.Start()
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGTERM, syscall.SIGINT)
	go func() { <-c; s.Drain(5 * time.Second) }()
	fmt.Println(s.Addr())
	fmt.Printf("%+v\n", s.Wait())
}
