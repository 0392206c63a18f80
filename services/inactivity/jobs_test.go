package inactivity_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/inactivity"
)

// The jobs run as in production, in two replicas, and sockets hear of it.
func TestTheJobsTellSockets(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ears := w.nats.Listen(t, bus.Admin, "*.alerta.*.*")
	w.shift(t, "acme", "ana", "16:00")
	w.fix(t, "acme", "ana", "16:50")
	replicas := []*app.Service{w.service}
	other, err := inactivity.New(inactivity.Config{Every: 10 * time.Minute}, w.deps)
	if err != nil {
		t.Fatal(err)
	}
	replicas = append(replicas, other)
	for _, r := range replicas {
		apptest.Run(t, apptest.Only(r, "outbox", "jobs", "upkeep"))
	}
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "platform.job_schedule WHERE job IN ('inactividad-checker', 'cerrar-silencios') AND scope = '*'") == 2
	})
	hear := func(want string) {
		t.Helper()
		m, err := ears.NextMsg(2 * time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Subject[:len(want)]; got != want {
			t.Errorf("heard %s %s", m.Subject, m.Data)
		}
	}
	done := func(job, slot string) {
		t.Helper()
		apptest.Until(t, func() bool {
			return pgtest.Count(t, w.admin, fmt.Sprintf("platform.job_run WHERE job = '%s' AND slot = '%s' AND state = 'done'", job, slot)) == 1
		})
	}
	w.stored(t, at("17:20"), at("17:20"))
	w.clock.Set(at("17:20"))
	hear("acme.alerta.nueva.")
	done("inactividad-checker", "2026-03-09T17:20:00Z")
	w.fix(t, "acme", "ana", "17:21")
	w.clock.Set(at("17:22"))
	hear("acme.alerta.cerrada.")
	done("cerrar-silencios", "2026-03-09T17:22:00Z")
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "inactivity.outbox") == 0 })
	ears.CatchUp(t)
	if n, _, err := ears.Pending(); err != nil || n != 0 {
		t.Errorf("heard %d more, %v", n, err)
	}
}
