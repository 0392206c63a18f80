package api

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clock"
)

// While no stream takes it, no call is answered as taken, however many came before it.
func TestNoCallIsTakenBeforeAStreamHasIt(t *testing.T) {
	t.Parallel()
	published := 0
	away := true
	p := &panics{
		Deps: Deps{
			Publish: func(context.Context, bus.Message) (bus.Ack, error) {
				if away {
					return bus.Ack{}, bus.ErrUnavailable
				}
				published++
				return bus.Ack{}, nil
			},
			Teams: func(string, string) []string { return nil }, Clock: clock.NewManual(time.Unix(1_770_000_000, 0)),
			Stores: func(context.Context) error { return errors.New("away") },
		},
		lately: newLately(), raised: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "x"}, []string{"outcome"}),
	}
	who := auth.Claims{Company: "acme", Subject: "ana"}
	for i := range 2 * mostCalls {
		if out, err := p.raise(t.Context(), who, &panicInput{Key: fmt.Sprint(i)}); !errors.Is(err, bus.ErrUnavailable) {
			t.Errorf("call %d: %+v, %v", i, out, err)
		}
	}
	away = false
	if _, err := p.raise(t.Context(), who, &panicInput{Key: "last"}); err != nil || published != 1 {
		t.Errorf("%d published, %v", published, err)
	}
}
