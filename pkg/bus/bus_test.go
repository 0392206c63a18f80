package bus_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/natstest"
)

func TestMain(m *testing.M) {
	natstest.Main()
	goleak.VerifyTestMain(m)
}

// Names that the tests of Follow use.
var (
	subj       = bustest.Subject
	eventually = bustest.Eventually
	number     = bustest.Number
	provision  = bustest.Provision
)

func within[T any](t testing.TB, what string, d time.Duration, c <-chan T) T {
	t.Helper()
	return bustest.Within(t, what, d, c)
}
