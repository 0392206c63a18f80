package app_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terreno/terreno/pkg/app"
)

func service(name string, runners ...func(context.Context) error) *app.Service {
	s := &app.Service{Name: name}
	for _, r := range runners {
		s.Runners = append(s.Runners, app.Runner{Name: "work", Run: r})
	}
	return s
}

func untilEnd(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestRunWaitsForWorkInHand(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		finished := false
		slow := func(ctx context.Context) error {
			<-ctx.Done()
			<-time.After(3 * time.Second)
			finished = true
			return ctx.Err()
		}
		time.AfterFunc(time.Second, cancel)
		if err := app.Run(ctx, quiet(), 5*time.Second, service("a", slow, untilEnd), service("b", untilEnd)); err != nil {
			t.Errorf("clean stop: %v", err)
		}
		if !finished {
			t.Error("did not wait for the work in hand")
		}
	})
}

func TestRunHasAHardDeadlineAndNamesWhoMissedIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		release := make(chan struct{})
		stuck := func(context.Context) error { <-release; return nil }
		cancel()
		began := time.Now()
		err := app.Run(ctx, quiet(), 5*time.Second, service("gateway", stuck), service("identity", untilEnd))
		if err == nil || !strings.Contains(err.Error(), "gateway/work") || strings.Contains(err.Error(), "identity/work") {
			t.Errorf("error %v, want one that names gateway/work alone", err)
		}
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("took %v, want the drain time", took)
		}
		close(release)
	})
}

func TestOneFailureStopsAll(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is full")
	for name, tc := range map[string]struct {
		run  func(context.Context) error
		want string
	}{
		"an error":        {func(context.Context) error { return broken }, "run a/work: the disk is full"},
		"an early return": {func(context.Context) error { return nil }, "returned early"},
		"a panic":         {func(context.Context) error { panic("nil map") }, "panic: nil map"},
	} {
		err := app.Run(t.Context(), quiet(), time.Minute, service("a", tc.run), service("b", untilEnd))
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
}
