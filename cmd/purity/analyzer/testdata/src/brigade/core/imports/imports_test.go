package imports

import (
	"os"
	"testing"
	"time"
)

// A test may do as it likes.
func TestFree(t *testing.T) {
	go os.Getpid()
	_ = time.Now()
}
