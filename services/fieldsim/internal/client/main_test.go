package client_test

import (
	"log/slog"
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/terreno/terreno/services/fieldsim/internal/client"
	"github.com/terreno/terreno/services/fieldsim/internal/ledger"
	"github.com/terreno/terreno/services/fieldsim/internal/trace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var morning = time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)

func fixes(n int) []trace.Fix {
	out := make([]trace.Fix, n)
	for i := range out {
		out[i] = trace.Fix{RecordedAt: morning.Add(time.Duration(i) * time.Minute), Lat: float64(i), Lon: -97, SpeedMPS: 3.5}
	}
	return out
}

// world is a client with its ledger. The test owns the server.
type world struct {
	client *client.Client
	ledger *ledger.Ledger
}

func setup(h *http.Client, change ...func(*client.Options)) world {
	w := world{ledger: ledger.New(true)}
	o := client.Options{
		BaseURL: "http://terreno.test/", Company: "demo", Password: "secret", HTTP: h, Ledger: w.ledger,
		Log: slog.New(slog.DiscardHandler), Parallel: 8, Logins: 4, Timeout: 30 * time.Second,
	}
	for _, c := range change {
		c(&o)
	}
	w.client = client.New(o)
	return w
}
