package httpx_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/httpx"
)

func TestInternal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var broken, away error
		stuck := make(chan struct{})
		hang := false
		reg := prometheus.NewRegistry()
		reg.MustRegister(prometheus.NewCounter(prometheus.CounterOpts{Name: "probe_total"}))
		h := httpx.Internal([]httpx.Check{
			{Name: "nats", Ready: func(context.Context) error { return broken }},
			{Name: "directory", Ready: func(context.Context) error {
				if hang {
					<-stuck // ignores its context
				}
				return nil
			}},
			{Name: "postgresql", Soft: true, Ready: func(context.Context) error { return away }},
		}, reg)
		get := func(path string) *httptest.ResponseRecorder {
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
			return rec
		}
		ready := func(status int, failing map[string]string) {
			t.Helper()
			rec := get("/readyz")
			var got httpx.Readiness
			if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if rec.Code != status || got.Ready != (status == 200) || !reflect.DeepEqual(got.Failing, failing) {
				t.Errorf("%d %+v, want %d %v", rec.Code, got, status, failing)
			}
		}
		ready(200, nil)
		away = errors.New("connection refused")
		ready(200, nil)
		if body := get("/readyz").Body.String(); !strings.Contains(body, `"degraded":{"postgresql":"connection refused"}`) {
			t.Errorf("a soft failure is not told: %s", body)
		}
		broken = errors.New("no servers")
		ready(503, map[string]string{"nats": "no servers"})
		hang = true
		ready(503, map[string]string{"nats": "no servers", "directory": "no answer in time"})
		close(stuck)
		if rec := get("/healthz"); rec.Code != 200 {
			t.Errorf("healthz while not ready: %d", rec.Code)
		}
		if rec := get("/metrics"); !strings.Contains(rec.Body.String(), "probe_total 0") {
			t.Errorf("metrics: %s", rec.Body)
		}
	})
}
