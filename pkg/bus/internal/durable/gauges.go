package durable

import (
	"context"
	"time"

	"github.com/terreno/terreno/pkg/bus/internal/api"
	"github.com/terreno/terreno/pkg/wait"
)

const gaugeEvery = 15 * time.Second

// pollGauges keeps the durable's gauges; the channel is closed when it has ended, after ctx.
func (d *Durable) pollGauges(ctx context.Context) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			d.readGauges(ctx)
			if !wait.For(ctx, gaugeEvery) {
				return
			}
		}
	}()
	return done
}

func (d *Durable) readGauges(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, api.Timeout)
	defer cancel()
	live, err := d.JS.Consumer(ctx, d.Stream, d.Name)
	if err != nil {
		d.Log.Debug("durable's lag cannot be read", "error", err)
		return
	}
	info := live.CachedInfo()
	d.metrics.pending.Set(float64(info.NumPending))
	d.metrics.ackPending.Set(float64(info.NumAckPending))
	d.metrics.redelivered.Set(float64(info.NumRedelivered))
	if err := d.checkLost(ctx, info); err != nil {
		d.Log.Warn("nobody knows whether messages were lost", "error", err)
	}
}
