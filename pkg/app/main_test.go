package app

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/clock"
)

type sample struct {
	Retries int `env:"SAMPLE_RETRIES" default:"3" help:"of the sample"`
}

func never(sample, Deps) (*Service, error) { return nil, errors.New("not to be made") }

func TestMainPrintsItsConfigurationWithoutSecrets(t *testing.T) {
	t.Parallel()
	var out, errOut strings.Builder
	environ := []string{"TERRENO_DATABASE_URL=postgres://u:hunter2@db/terreno", "TERRENO_SAMPLE_RETRIES=9", "TERRENO_LOG_LEVEL="}
	if err := runMain("sample", never, []string{"-print-config"}, environ, &out, &errOut); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"TERRENO_SAMPLE_RETRIES=9", "TERRENO_DATABASE_URL=****", "TERRENO_HTTP_ADDR=:8080", "TERRENO_LOG_LEVEL=info"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("output lacks %s:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String()+errOut.String(), "hunter2") {
		t.Error("a secret was printed")
	}
}

func TestMainNamesEveryProblemAndStartsNothing(t *testing.T) {
	t.Parallel()
	var out, errOut strings.Builder
	err := runMain("sample", never, nil, []string{"TERRENO_SAMPLE_RETRIES=x", "TERRENO_LOG_LEVEL=loud", "TERRENO_TRUSTED_PROXIES=everybody"}, &out, &errOut)
	if err == nil {
		t.Fatal("started")
	}
	for _, name := range []string{"TERRENO_SAMPLE_RETRIES", "TERRENO_LOG_LEVEL", "TERRENO_DATABASE_URL", "TERRENO_TRUSTED_PROXIES"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%v does not name %s", err, name)
		}
	}
}

func TestStartWaitsForNATSAndSaysSo(t *testing.T) {
	t.Parallel()
	said, heard := make(chan string, 100), errors.New("heard")
	ctx, cancel := context.WithCancelCause(t.Context())
	log := slog.New(slog.NewTextHandler(lines(said), nil))
	r := DefaultRemote()
	r.NATSURL, r.DatabaseURL = "nats://sample:hunter2@127.0.0.1:1", "postgres://u@127.0.0.1:1/terreno"
	ended := make(chan error, 1)
	go func() {
		_, err := Connect(ctx, "sample", r, Process{Log: log, Metrics: prometheus.NewRegistry(), Clock: clock.Wall()})
		ended <- err
	}()
	for range 2 { // again and again
		line := <-said
		if !strings.Contains(line, "NATS") || !strings.Contains(line, "TERRENO_NATS_URL") || !strings.Contains(line, "127.0.0.1:1") || strings.Contains(line, "hunter2") {
			t.Errorf("the log says %s", line)
		}
	}
	cancel(heard)
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "NATS") {
		t.Errorf("ended with %v", err)
	}
}

func TestWaitingEndsWhenItAnswersOrNeverWill(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		away, wrong := errors.New("away"), errors.New("wrong")
		tries := 0
		err := await(t.Context(), slog.New(slog.DiscardHandler), "NATS", "X", "nats://h", func(err error) bool { return errors.Is(err, away) }, func() error {
			if tries++; tries < 5 {
				return away
			}
			return nil
		})
		if err != nil || tries != 5 {
			t.Errorf("%d tries, %v", tries, err)
		}
		err = await(t.Context(), slog.New(slog.DiscardHandler), "NATS", "X", "nats://h", func(err error) bool { return errors.Is(err, away) }, func() error { return wrong })
		if !errors.Is(err, wrong) {
			t.Errorf("what cannot be mended: %v", err)
		}
	})
}

type lines chan string

func (l lines) Write(p []byte) (int, error) {
	l <- string(p)
	return len(p), nil
}
