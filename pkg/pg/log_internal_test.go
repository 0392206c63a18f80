package pg

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Some failures may succeed on another attempt, others cannot. Only the lines since the start count.
func TestLogTailRecognisesFailuresWorthAnotherAttempt(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "server.log")
	const before = "LOG:  Address already in use\n"
	for text, want := range map[string]error{
		"FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use\n":             errMemoryHeld,
		"LOG:  could not bind IPv4 address \"127.0.0.1\": Address already in use\n":            errPortTaken,
		"FATAL:  could not open directory \"pg_notify\": No such file or directory\n" + before: errPortTaken,
		"FATAL:  data directory has wrong ownership\n":                                         nil,
	} {
		if err := os.WriteFile(name, []byte(before+text), 0o600); err != nil {
			t.Fatal(err)
		}
		tail, why := logTail(name, int64(len(before)))
		if !errors.Is(why, want) || (want == nil) != (why == nil) || !strings.Contains(text, tail) {
			t.Errorf("%q: %q, %v", text, tail, why)
		}
	}
}
