// Package stats is the applet that tells what a server is doing: as a page for people, as
// JSON, and as Prometheus has it.
//
// A look takes nothing from anybody else: the numbers come from Server.Snapshot, for
// which no task stops. All three forms are made of one Report, piece by piece, and written
// as any handler that streams writes: a client that takes its time has a processor and a
// beam's worth of memory wait, and no more is rendered until it has gone.
//
//	var server *stage.Server
//	h := stats.New(stats.Options{Snapshot: func() *stage.Snapshot { return server.Snapshot() }})
//	cfg.Stats, cfg.Handler = true, h.Before(files)
//	server, err = stage.New(cfg)
//
// Who may look is decided by the address of the connection alone: this machine's, unless
// Options.Allow says otherwise. What stands behind a proxy on this machine is looked at by
// everybody whom that lets through.
package stats
