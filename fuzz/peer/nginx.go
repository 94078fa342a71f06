package peer

// nginx, configured to be as near to this project's server as it gets: the same
// limits and timeouts, no file behind a symbolic link, and a reset for whoever
// takes too long.
//
// The listening socket is made here and inherited, in the way nginx hands its own
// to the next binary: so the port is free for certain, and connections are taken
// from the first moment on.

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"brigade/netsim/script"
)

// Nginx is nginx, as a binary.
func Nginx(binary string) Kind {
	return Kind{"nginx", func(p *Peer, site Site, settings script.Settings) error {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer func() { _ = l.Close() }() // the server has its own by then
		if p.Addr, err = netip.ParseAddrPort(l.Addr().String()); err != nil {
			return err
		}
		socket, err := l.(*net.TCPListener).File()
		if err != nil {
			return err
		}
		defer socket.Close()
		if p.dir, err = os.MkdirTemp("", "nginx"); err != nil {
			return err
		}
		name := filepath.Join(p.dir, "nginx.conf")
		if err := os.WriteFile(name, nginxConf(site.Root, p.Addr, settings), 0o644); err != nil {
			return err
		}
		cmd := exec.Command(binary, "-p", p.dir+"/", "-c", name, "-e", filepath.Join(p.dir, "error.log"))
		cmd.ExtraFiles = []*os.File{socket}
		cmd.Env = append(os.Environ(), "NGINX=3;")
		cmd.Stdout, cmd.Stderr = &p.out, &p.out
		if err := p.launch(cmd); err != nil {
			return err
		}
		p.watch()
		return nil
	}, syscall.SIGQUIT}
}

// nginxConf is the configuration. An inherited socket is used for the address that
// it is bound to.
func nginxConf(root string, addr netip.AddrPort, s script.Settings) []byte {
	or := func(d, otherwise time.Duration) string {
		if d == 0 {
			d = otherwise
		}
		return fmt.Sprintf("%dms", d.Milliseconds())
	}
	user := ""
	if os.Getuid() == 0 {
		user = "user root;" // else its workers could not read below a private directory
	}
	return fmt.Appendf(nil, `daemon off; worker_processes 1; pid nginx.pid; error_log error.log error; %s
events { worker_connections 256; }
http {
  access_log off; sendfile on; default_type application/octet-stream; types { text/plain txt; text/html html; }
  client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  client_header_timeout %s; client_body_timeout %[2]s; keepalive_timeout %[3]s; send_timeout %[4]s; reset_timedout_connection on;
  client_max_body_size %[7]d; large_client_header_buffers 2 8k; keepalive_requests 100000; lingering_timeout 200ms; disable_symlinks on from=%[5]s;
  server { listen %[6]s; root %[5]s; }
}
`, user, or(s.Header, 10*time.Second), or(s.Idle, time.Minute), or(s.Write, 30*time.Second), root, addr, cmp.Or(s.Content, 1<<20))
}
