package main

// Descriptors: a process may raise its soft limit to its hard one by itself, and a
// server has no reason not to.

import "golang.org/x/sys/unix"

// descriptors raises the limit of open files as far as it goes and returns it.
func descriptors() (uint64, error) {
	var r unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &r); err != nil {
		return 0, err
	}
	if r.Cur == r.Max {
		return r.Cur, nil
	}
	raised := unix.Rlimit{Cur: r.Max, Max: r.Max}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &raised); err != nil {
		return r.Cur, err
	}
	return r.Max, nil
}
