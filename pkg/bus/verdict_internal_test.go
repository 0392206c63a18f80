package bus

import (
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
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
