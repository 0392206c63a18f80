package app

import (
	"context"
	"errors"
	"log/slog"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestUpkeepRetriesTheFirstStartAndThenKeepsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		starts, minutes, hours := 0, 0, 0
		u := NewUpkeep(slog.New(slog.DiscardHandler), func(context.Context) error {
			if starts++; starts < 4 {
				return syscall.ECONNREFUSED
			}
			return nil
		},
			Task{"often", time.Minute, func(context.Context) error { minutes++; return errors.New("not now") }},
			Task{"seldom", time.Hour, func(context.Context) error { hours++; return nil }},
		)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Hour+30*time.Second)
		defer cancel()
		if u.Ready(ctx) == nil {
			t.Error("ready before the first start")
		}
		time.AfterFunc(retryFirst*5/2, func() {
			if u.Ready(ctx) == nil {
				t.Error("ready while the database is away")
			}
		})
		time.AfterFunc(retryFirst*4, func() {
			if err := u.Ready(ctx); err != nil {
				t.Errorf("after the first start: %v", err)
			}
		})
		if err := u.Run(ctx); err != nil {
			t.Errorf("run: %v", err)
		}
		if starts != 4 || minutes != 181 || hours != 4 {
			t.Errorf("%d first starts, %d and %d turns in three hours; want 4, 181 and 4", starts, minutes, hours)
		}
	})
}

func TestUpkeepEndsTheProcessOnAFirstStartThatCannotWork(t *testing.T) {
	t.Parallel()
	broken := errors.New("the login is taken")
	u := NewUpkeep(slog.New(slog.DiscardHandler), func(context.Context) error { return broken })
	if err := u.Run(t.Context()); !errors.Is(err, broken) || u.Ready(t.Context()) == nil {
		t.Errorf("run: %v, ready: %v", err, u.Ready(t.Context()))
	}
}
