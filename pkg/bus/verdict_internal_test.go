package bus

import (
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/pkg/bus/internal/durable"
)

func TestWhatMayPassIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err   error
		final bool
	}{
		"too many requests":    {&jetstream.APIError{Code: 429, ErrorCode: codeTooManyRequests}, false},
		"duplicate in flight":  {&jetstream.APIError{Code: 409, ErrorCode: codeDuplicateInFlight}, false},
		"no link":              {nats.ErrReconnectBufExceeded, false},
		"another refusal":      {&jetstream.APIError{Code: 400, ErrorCode: 10071}, true},
		"storage is exhausted": {&jetstream.APIError{Code: 500, ErrorCode: codeStorageResources}, true},
	} {
		if final, _ := verdict(c.err); final != c.final {
			t.Errorf("%s: final %t", name, final)
		}
	}
}

// However short the delays that a handler asks for, no message is old enough to be taken for a crash loop.
func TestLaterNeverBecomesACrashLoop(t *testing.T) {
	t.Parallel()
	const kept = 30 * 24 * time.Hour
	for attempts := 1; attempts <= 20; attempts++ {
		c := &Consumer{durable: &durable.Durable{Settings: durable.Settings{MaxAttempts: attempts}}}
		deliveries := 1
		for age := time.Duration(0); age < kept; deliveries++ {
			age += c.putOff(50*time.Millisecond, deliveries, age)
		}
		if deliveries >= crashLoopFrom*attempts {
			t.Errorf("with %d attempts it is delivered %d times", attempts, deliveries)
		}
	}
}
