package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is one that runs for the comparison.
type server struct {
	name string
	url  string
	two  string // where it speaks HTTP/2
	dir  string
	cmd  *exec.Cmd
	out  bytes.Buffer
}

// nginx is the peer of that name.
const nginx = "nginx"

// field is what takes part in a comparison.
type field struct {
	peer   *server
	rivals []*server
	origin *server // which answers those that are proxies; nil: none is
}

// stop ends all that were started.
func (x *field) stop() {
	for _, s := range append(x.rivals, x.peer, x.origin) {
		if s != nil {
			s.stop()
		}
	}
}

// tools looks for what has to be installed.
func tools(f *flags, tests []test) error {
	var list []string
	for _, t := range tests {
		list = append(list, t.tool())
		if t.proxy {
			list = append(list, nginx) // their origin
		}
	}
	if f.peer == nginx {
		list = append(list, nginx)
	}
	for _, tool := range list {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("%s is not installed; on Debian: apt-get install nginx-light wrk nghttp2-client", tool)
		}
	}
	return nil
}

// startAll starts the peer, the topologies asked for, and, if a test is for what a
// backend has, an origin of nginx's for all of them.
func startAll(f *flags, tests []test, dir string) (x field, err error) {
	if err := tools(f, tests); err != nil {
		return x, err
	}
	root, err := files(dir)
	if err != nil {
		return x, err
	}
	binary, err := buildBrigade(dir)
	if err != nil {
		return x, err
	}
	origin := ""
	if slices.ContainsFunc(tests, func(t test) bool { return t.proxy }) {
		if x.origin, err = startNginx(f, dir, root, "origin", ""); err != nil {
			return x, err
		}
		origin = strings.TrimPrefix(x.origin.url, "http://")
	}
	begin := func(target string) (*server, error) {
		if target == nginx {
			return startNginx(f, dir, root, nginx, origin)
		}
		return startBrigade(f, dir, root, binary, target, origin)
	}
	if x.peer, err = begin(f.peer); err != nil {
		return x, err
	}
	for target := range strings.SplitSeq(f.targets, ",") {
		s, err := begin(target)
		if err != nil {
			return x, err
		}
		x.rivals = append(x.rivals, s)
	}
	return x, nil
}

// proxied is below what proxies ask the origin for, which has it there, too.
const proxied = "/origin/"

// posts is what the origin answers POST for.
const posts = proxied + "post"

// files is a directory in dir with the files that the tests ask for.
func files(dir string) (root string, err error) {
	root = filepath.Join(dir, "www")
	if err := os.MkdirAll(filepath.Join(root, proxied), 0o755); err != nil {
		return "", err
	}
	for name, size := range map[string]int{"1k.bin": 1 << 10, "100k.bin": 100 << 10} {
		for _, below := range []string{"", proxied} {
			if err := os.WriteFile(filepath.Join(root, below, name), bytes.Repeat([]byte("x"), size), 0o644); err != nil {
				return "", err
			}
		}
	}
	return root, nil
}

// buildBrigade builds brigaded into dir.
func buildBrigade(dir string) (binary string, err error) {
	binary = filepath.Join(dir, "brigaded")
	if out, err := exec.Command("go", "build", "-o", binary, "brigade/cmd/brigaded").CombinedOutput(); err != nil {
		return "", fmt.Errorf("building brigaded: %w: %s", err, out)
	}
	return binary, nil
}

// startNginx starts one of that name; origin is where what is below proxied comes from,
// over connections that are kept; empty: it has that itself.
func startNginx(f *flags, dir, root, name, origin string) (*server, error) {
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	two, err := freeAddress()
	if err != nil {
		return nil, err
	}
	logging := "off"
	if f.logging {
		logging = filepath.Join(dir, name+".log") + " combined"
	}
	upstream, location := "", "location = "+posts+` { return 200 "taken"; }`
	if origin != "" {
		upstream = "upstream origin { server " + origin + "; keepalive 512; keepalive_requests 1000000000; }"
		location = "location " + proxied + ` { proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; }`
	}
	// Sendfile, cached descriptors, no limit on kept-alive requests: as fast as it gets.
	conf := fmt.Sprintf(`worker_processes %d; daemon off; pid %[2]s/%[9]s.pid; error_log %[2]s/%[9]s.err error; worker_rlimit_nofile 20000;
user root;
events { worker_connections 9000; }
http {
  access_log %[3]s; sendfile on; tcp_nodelay on; keepalive_timeout 300s; keepalive_requests 1000000000;
  open_file_cache max=1000 inactive=300s; open_file_cache_valid 60s;
  types { } default_type application/octet-stream;
  client_body_temp_path %[2]s/b; proxy_temp_path %[2]s/p; fastcgi_temp_path %[2]s/f; uwsgi_temp_path %[2]s/u; scgi_temp_path %[2]s/s;
  %[7]s
  server { listen %[4]s backlog=4096; root %[5]s; %[8]s }
  server { listen %[6]s http2 backlog=4096; root %[5]s; }
}
`, f.shards, dir, logging, addr, root, two, upstream, location, name)
	if os.Getuid() != 0 {
		conf = strings.Replace(conf, "user root;\n", "", 1)
	}
	file := filepath.Join(dir, name+".conf")
	if err := os.WriteFile(file, []byte(conf), 0o644); err != nil {
		return nil, err
	}
	s, err := start(name, addr, dir, nginx, "-p", dir+"/", "-c", file)
	if err == nil {
		s.two = "http://" + two
	}
	return s, err
}

// startBrigade starts a topology, with the flags that stand behind its name, each after a plus:
// fused+stats+hand-over=32K.
func startBrigade(f *flags, dir, root, binary, name, origin string) (*server, error) {
	topology, more, _ := strings.Cut(name, "+")
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	args := []string{"--root", root, "--listen", addr, "--topology", topology, "--shards", strconv.Itoa(f.shards)}
	if f.logging {
		args = append(args, "--access-log", filepath.Join(dir, topology+".log"))
	}
	if origin != "" {
		args = append(args, "--proxy", origin, "--proxy-below", proxied)
	}
	for flag := range strings.SplitSeq(more, "+") {
		if flag != "" {
			args = append(args, "--"+flag)
		}
	}
	return start(name, addr, dir, binary, args...)
}

// start starts a server and waits until it answers.
func start(name, addr, dir, command string, args ...string) (*server, error) {
	s := &server{name: name, url: "http://" + addr, two: "http://" + addr, dir: dir, cmd: exec.Command(command, args...)}
	s.cmd.Stdout, s.cmd.Stderr = &s.out, &s.out
	s.cmd.SysProcAttr = childAttributes()
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for range 100 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/1k.bin", nil)
		if err == nil {
			var r *http.Response
			if r, err = http.DefaultClient.Do(req); err == nil {
				r.Body.Close()
			}
		}
		cancel()
		if err == nil {
			return s, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.stop()
	return nil, fmt.Errorf("%s does not answer on %s: %s", name, addr, s.out.String())
}

// stop ends the server by the process that was started.
func (s *server) stop() {
	if s.cmd.Process == nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	done := make(chan struct{})
	go func() { _ = s.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(15 * time.Second):
		_ = s.cmd.Process.Kill()
		<-done
	}
}

// processorTime is what the server and its children have used, in seconds.
func (s *server) processorTime() (float64, error) {
	total := 0.0
	for _, pid := range append(children(s.cmd.Process.Pid), s.cmd.Process.Pid) {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return 0, fmt.Errorf("%s: %w", s.name, err)
		}
		i := bytes.LastIndexByte(b, ')')
		fields := strings.Fields(string(b[i+1:]))
		if i < 0 || len(fields) < 13 {
			return 0, errors.New("/proc: a stat line of an unknown form")
		}
		for _, f := range fields[11:13] {
			ticks, err := strconv.ParseFloat(f, 64)
			if err != nil {
				return 0, err
			}
			total += ticks / 100 // USER_HZ, 100 on every architecture that Go runs on
		}
	}
	return total, nil
}

// children are a process's children.
func children(pid int) (list []int) {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	for f := range strings.FieldsSeq(string(b)) {
		if n, err := strconv.Atoi(f); err == nil {
			list = append(list, n)
		}
	}
	return list
}

// freeAddress is a loopback address that nothing listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	addr := l.Addr().String()
	return addr, l.Close()
}
