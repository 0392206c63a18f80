package identity

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
)

func TestReplicasThatStartTogetherMakeOneInstallation(t *testing.T) {
	t.Parallel()
	data, bus, issuer := pgtest.New(t, Schema), natstest.Start(t), authtest.New(t)
	var services []*app.Service
	for range 4 {
		s, err := New(testConfig(t, demo), app.Deps{
			Log: natstest.Log(t), Metrics: prometheus.NewRegistry(), Clock: clock.Wall(), Bus: bus.Bus(t, name),
			DB: data.DB(t, name), Auth: issuer.Verifier(t, nil),
		})
		if err != nil {
			t.Fatal(err)
		}
		services = append(services, s)
	}
	apptest.Run(t, services...) // an error of any fails the test
	for _, s := range services {
		apptest.Until(t, func() bool { return s.Checks[0].Ready(t.Context()) == nil })
	}
	for table, want := range map[string]int{"company": 1, "users": 44, "team": 2, "signing_key": 1} {
		var n int
		if err := data.Admin(t).Get(&n, `SELECT count(*) FROM identity.`+table); err != nil || n != want {
			t.Errorf("%d rows of %s (%v), want %d", n, table, err, want)
		}
	}
}

func TestASessionIsOfAllReplicas(t *testing.T) {
	t.Parallel()
	w, admin, ana := signedIn(t)
	first := w.url
	w.url = w.replica(t)
	ana = tokensOf(t, w.refresh(t, ana.refresh))
	w.send(t, "GET", "/v1/users/me", ana.access, nil).Is(t, http.StatusOK, "")
	w.send(t, "POST", "/v1/users/ana/revoke", admin, nil).Is(t, http.StatusNoContent, "")
	w.url = first
	w.refresh(t, ana.refresh).Is(t, http.StatusUnauthorized, "refresh_revoked")
	apptest.Until(t, func() bool { return w.send(t, "GET", "/v1/users/me", ana.access, nil).Code() == "token_revoked" })
}

func TestWhatComesOfLoginsIsCounted(t *testing.T) {
	t.Parallel()
	data, issuer, metrics := pgtest.New(t, Schema), authtest.New(t), prometheus.NewRegistry()
	s, err := build(testConfig(t), app.Deps{
		Log: natstest.Log(t), Metrics: metrics, Clock: clock.Wall(), Bus: natstest.Start(t).Bus(t, name), DB: data.DB(t, name),
		Auth: issuer.Verifier(t, nil),
	}, clock.NewManual(time.Now().Truncate(time.Second))) // However long the guesses take, no wait is over.
	if err != nil {
		t.Fatal(err)
	}
	if n, err := testutil.GatherAndCount(metrics, "identity_sessions_total"); err != nil || n < 2 {
		t.Errorf("%d series before the first login (%v): a graph would begin with a gap", n, err)
	}
	apptest.Run(t, s)
	apptest.Until(t, func() bool { return s.Checks[0].Ready(t.Context()) == nil })
	w := &world{url: serve(t, s.Handler)}
	signedIn := tokensOf(t, w.attempt(t, "", rootLogin, secret))
	w.refresh(t, signedIn.refresh)
	w.refresh(t, "nonsense")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := w.try(t.Context(), "POST", "/v1/auth/login", "", body{"login": rootLogin, "password": "adivina"}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	got := map[string]float64{}
	families, err := metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "identity_sessions_total" {
			continue
		}
		for _, m := range f.GetMetric() {
			got[m.GetLabel()[0].GetValue()+" "+m.GetLabel()[1].GetValue()] = m.GetCounter().GetValue()
		}
	}
	for series, want := range map[string]float64{
		"login ok": 1, "login login_failed": 5, "login throttled": 3, "refresh ok": 1, "refresh refresh_invalid": 1,
	} {
		if got[series] != want {
			t.Errorf("%s is %v, want %v (%v)", series, got[series], want, got)
		}
	}
}
