package sys

import "strconv"

// Errno is a system call's error, with Linux's numbers in both worlds. 0 is
// success. It is an error, so it can be wrapped; compare it as it is.
type Errno uint32

// The errors a server meets.
const (
	OK            Errno = 0
	EPERM         Errno = 1
	ENOENT        Errno = 2
	ESRCH         Errno = 3
	EINTR         Errno = 4
	EIO           Errno = 5
	ENXIO         Errno = 6
	EBADF         Errno = 9
	EAGAIN        Errno = 11
	ENOMEM        Errno = 12
	EACCES        Errno = 13
	EEXIST        Errno = 17
	EXDEV         Errno = 18
	ENOTDIR       Errno = 20
	EISDIR        Errno = 21
	EINVAL        Errno = 22
	ENFILE        Errno = 23
	EMFILE        Errno = 24
	ENOSPC        Errno = 28
	ESPIPE        Errno = 29
	EPIPE         Errno = 32
	ENAMETOOLONG  Errno = 36
	ENOSYS        Errno = 38
	ELOOP         Errno = 40
	EPROTO        Errno = 71
	ENOTSOCK      Errno = 88
	EOPNOTSUPP    Errno = 95
	EADDRINUSE    Errno = 98
	EADDRNOTAVAIL Errno = 99
	ECONNABORTED  Errno = 103
	ECONNRESET    Errno = 104
	ENOBUFS       Errno = 105
	ENOTCONN      Errno = 107
	ETIMEDOUT     Errno = 110
	ECONNREFUSED  Errno = 111
	EINPROGRESS   Errno = 115
)

var errnoNames = [...]struct{ name, text string }{
	EPERM:         {"EPERM", "operation not permitted"},
	ENOENT:        {"ENOENT", "no such file or directory"},
	ESRCH:         {"ESRCH", "no such process"},
	EINTR:         {"EINTR", "interrupted system call"},
	EIO:           {"EIO", "input/output error"},
	ENXIO:         {"ENXIO", "no such device or address"},
	EBADF:         {"EBADF", "bad file descriptor"},
	EAGAIN:        {"EAGAIN", "resource temporarily unavailable"},
	ENOMEM:        {"ENOMEM", "cannot allocate memory"},
	EACCES:        {"EACCES", "permission denied"},
	EEXIST:        {"EEXIST", "file exists"},
	EXDEV:         {"EXDEV", "invalid cross-device link"},
	ENOTDIR:       {"ENOTDIR", "not a directory"},
	EISDIR:        {"EISDIR", "is a directory"},
	EINVAL:        {"EINVAL", "invalid argument"},
	ENFILE:        {"ENFILE", "too many open files in system"},
	EMFILE:        {"EMFILE", "too many open files"},
	ENOSPC:        {"ENOSPC", "no space left on device"},
	ESPIPE:        {"ESPIPE", "illegal seek"},
	EPIPE:         {"EPIPE", "broken pipe"},
	ENAMETOOLONG:  {"ENAMETOOLONG", "file name too long"},
	ENOSYS:        {"ENOSYS", "function not implemented"},
	ELOOP:         {"ELOOP", "too many levels of symbolic links"},
	EPROTO:        {"EPROTO", "protocol error"},
	ENOTSOCK:      {"ENOTSOCK", "socket operation on non-socket"},
	EOPNOTSUPP:    {"EOPNOTSUPP", "operation not supported"},
	EADDRINUSE:    {"EADDRINUSE", "address already in use"},
	EADDRNOTAVAIL: {"EADDRNOTAVAIL", "cannot assign requested address"},
	ECONNABORTED:  {"ECONNABORTED", "software caused connection abort"},
	ECONNRESET:    {"ECONNRESET", "connection reset by peer"},
	ENOBUFS:       {"ENOBUFS", "no buffer space available"},
	ENOTCONN:      {"ENOTCONN", "transport endpoint is not connected"},
	ETIMEDOUT:     {"ETIMEDOUT", "connection timed out"},
	ECONNREFUSED:  {"ECONNREFUSED", "connection refused"},
	EINPROGRESS:   {"EINPROGRESS", "operation now in progress"},
}

// Name is the constant's name, such as "EAGAIN".
func (e Errno) Name() string {
	if int(e) < len(errnoNames) && errnoNames[e].name != "" {
		return errnoNames[e].name
	}
	return "errno " + strconv.Itoa(int(e))
}

// Error is strerror(3)'s text.
func (e Errno) Error() string {
	if int(e) < len(errnoNames) && errnoNames[e].text != "" {
		return errnoNames[e].text
	}
	return "errno " + strconv.Itoa(int(e))
}
