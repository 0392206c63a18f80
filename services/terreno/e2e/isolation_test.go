package e2e_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

// company creates a company with an admin "jefa" and a colaborador "juan", who both can log in.
func (w *world) company(t *testing.T, platform, id string) {
	t.Helper()
	create := func(path, token string, in map[string]any) {
		t.Helper()
		if status := call(t, http.MethodPost, w.URL()+path, token, in, nil); status != http.StatusCreated {
			t.Fatalf("POST %s: %d", path, status)
		}
	}
	create("/v1/companies", platform, map[string]any{
		"id": id, "name": id, "zone": "America/Bogota",
		"admin": map[string]any{"id": "jefa", "name": "Jefa", "payroll_number": "1", "password": "contraseña-1"},
	})
	create("/v1/users", login(t, w.URL(), id, "1", "contraseña-1"), map[string]any{
		"id": "juan", "name": "Juan Pérez", "role": "colaborador", "payroll_number": "2", "password": "contraseña-2",
	})
}

// Users with the same id in two companies send the same batch. No data passes from one company to the other: not over HTTP,
// not over sockets, not in the latest positions and not in the database.
func TestTwoCompaniesWithEqualUsers(t *testing.T) {
	t.Parallel()
	w := start(t, pgtest.NewServer(t), nil, "TERRENO_DEMO=false", "TERRENO_ADMIN_LOGIN=plataforma", "TERRENO_ADMIN_PASSWORD=plataforma-1")
	platform := login(t, w.URL(), "", "plataforma", "plataforma-1")
	companies := []string{"norte", "sur"}
	admins, sockets := map[string]string{}, map[string]*socket{}
	for _, c := range companies {
		w.company(t, platform, c)
		admins[c] = login(t, w.URL(), c, "1", "contraseña-1")
		sockets[c] = openSocket(t, w.URL(), admins[c])
	}
	batch := map[string]any{"device_id": "phone", "positions": []map[string]any{
		{"recorded_at": "2017-03-21T23:00:00Z", "lat": 4.6, "lon": -74.08},
		{"recorded_at": "2017-03-21T23:01:00Z", "lat": 4.61, "lon": -74.08},
	}}
	// The batches are the same. Then each company's user sends one more position, the mark, with a different latitude. It shows
	// which socket received the positions of which company.
	marks := map[string]float64{"norte": 5, "sur": -33}
	for _, c := range companies {
		juan := login(t, w.URL(), c, "2", "contraseña-2")
		if status := call(t, http.MethodPost, w.URL()+"/v1/positions", juan, batch, nil); status != http.StatusAccepted {
			t.Fatalf("upload in %s: %d", c, status)
		}
		eventually(t, time.Minute, func() (bool, string) {
			return slices.Equal(sockets[c].users(), []string{"juan"}), fmt.Sprintf("the socket of %s received positions of %q", c, sockets[c].users())
		})
		if c == "norte" && len(sockets["sur"].users()) > 0 {
			t.Errorf("the socket of sur received positions of %q before any user of sur sent one", sockets["sur"].users())
		}
		w.checkReads(t, c, admins[c])
		mark := map[string]any{"device_id": "other", "positions": []map[string]any{{"recorded_at": "2017-03-21T23:05:00Z", "lat": marks[c], "lon": -74}}}
		if status := call(t, http.MethodPost, w.URL()+"/v1/positions", juan, mark, nil); status != http.StatusAccepted {
			t.Fatalf("mark in %s: %d", c, status)
		}
	}
	for _, c := range companies {
		eventually(t, time.Minute, func() (bool, string) {
			lats := sockets[c].latitudes()
			return slices.Contains(lats, marks[c]), fmt.Sprintf("the socket of %s received the latitudes %v", c, lats)
		})
	}
	w.checkEventsStayInTheCompany(t, sockets)
	for c, other := range map[string]string{"norte": "sur", "sur": "norte"} {
		if lats := sockets[c].latitudes(); slices.Contains(lats, marks[other]) {
			t.Errorf("the socket of %s received the position of %s: %v", c, other, lats)
		}
	}
	w.checkRoleSeesOneCompany(t, companies)
	if status := call(t, http.MethodGet, w.URL()+"/v1/companies/sur", admins["norte"], nil, nil); status != http.StatusForbidden {
		t.Errorf("the admin of norte reads company sur: %d, want 403", status)
	}
	if status := call(t, http.MethodGet, w.URL()+"/v1/positions/latest", platform, nil, nil); status != http.StatusForbidden {
		t.Errorf("the platform admin reads positions: %d, want 403", status)
	}
}

// checkReads checks that a company reads only its own positions: one latest position, and two by playback.
func (w *world) checkReads(t *testing.T, company, token string) {
	t.Helper()
	for path, want := range map[string]int{
		"/v1/positions/latest": 1,
		"/v1/users/juan/positions?from=2017-03-21T00:00:00Z&to=2017-03-22T00:00:00Z": 2,
	} {
		eventually(t, time.Minute, func() (bool, string) {
			var page struct {
				Positions []struct {
					User string `json:"user_id"`
				} `json:"positions"`
			}
			status := call(t, http.MethodGet, w.URL()+path, token, nil, &page)
			return status == http.StatusOK && len(page.Positions) == want, fmt.Sprintf("%s of %s: %d, %+v, want %d", path, company, status, page, want)
		})
	}
}

// checkEventsStayInTheCompany publishes one alert in each company, for the user "jefa". Both sockets belong to a user with
// this id, and each must receive only the alert of its own company.
func (w *world) checkEventsStayInTheCompany(t *testing.T, sockets map[string]*socket) {
	t.Helper()
	b := w.adminBus(t)
	for _, c := range []string{"norte", "sur"} {
		s, err := subject.New(c, "alerta", "nueva", "a1")
		if err != nil {
			t.Fatal(err)
		}
		h := nats.Header{}
		if err := (audience.Audience{Users: []string{"jefa"}}).Set(h); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Publish(t.Context(), bus.Message{Subject: s, ID: c, Header: h, Data: []byte(`{"de":"` + c + `"}`)}); err != nil {
			t.Fatal(err)
		}
	}
	for c, s := range sockets {
		eventually(t, time.Minute, func() (bool, string) {
			got := s.named("alerta:nueva")
			return len(got) == 1 && strings.Contains(got[0], c), fmt.Sprintf("the socket of %s received %q", c, got)
		})
	}
}

func (w *world) checkRoleSeesOneCompany(t *testing.T, companies []string) {
	t.Helper()
	eventually(t, time.Minute, func() (bool, string) { // Sockets are told before positions are stored.
		all := trackingtest.Count(t, w.db, "")
		return all == 6, fmt.Sprintf("%d positions of all companies, want 6", all)
	})
	remote, err := w.Remote("tracking-ingest")
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), remote.DatabaseURL, db.Options{MaxConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	for _, c := range companies {
		err := d.InTenant(t.Context(), c, func(tx *sqlx.Tx) error {
			var of []string
			if err := tx.SelectContext(t.Context(), &of, `SELECT id_empresa FROM tracking.arrived`); err != nil {
				return err
			}
			if !slices.Equal(of, []string{c, c}) {
				t.Errorf("in tenant %s the role of the service sees messages of %q", c, of)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// After a company is suspended, every service refuses its tokens and the gateway closes its socket. The other company is not
// affected.
func TestSuspendedCompanyHasNoAccess(t *testing.T) {
	t.Parallel()
	w := start(t, pgtest.NewServer(t), nil, "TERRENO_DEMO=false", "TERRENO_ADMIN_LOGIN=plataforma", "TERRENO_ADMIN_PASSWORD=plataforma-1")
	platform := login(t, w.URL(), "", "plataforma", "plataforma-1")
	w.company(t, platform, "norte")
	w.company(t, platform, "sur")
	north, south := login(t, w.URL(), "norte", "1", "contraseña-1"), login(t, w.URL(), "sur", "1", "contraseña-1")
	open, shut := openSocket(t, w.URL(), north), openSocket(t, w.URL(), south)
	if status := call(t, http.MethodPost, w.URL()+"/v1/companies/sur/suspend", platform, nil, nil); status >= 300 {
		t.Fatalf("suspend: %d", status)
	}
	eventually(t, time.Minute, func() (bool, string) {
		return shut.closed() == 4403, fmt.Sprintf("the socket of sur: close code %d", shut.closed())
	})
	for _, path := range []string{"/v1/users", "/v1/positions/latest"} {
		eventually(t, time.Minute, func() (bool, string) {
			status := call(t, http.MethodGet, w.URL()+path, south, nil, nil)
			return status == http.StatusForbidden, fmt.Sprintf("%s of the suspended company: %d", path, status)
		})
		if status := call(t, http.MethodGet, w.URL()+path, north, nil, nil); status != http.StatusOK {
			t.Errorf("%s of the other company: %d", path, status)
		}
	}
	if code := open.closed(); code != 0 {
		t.Errorf("the socket of the other company was closed with %d", code)
	}
}
