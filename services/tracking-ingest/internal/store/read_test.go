package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

// viewer is somebody whose teams identity knows: those of the token may be of yesterday.
func viewer(company, role, user string) auth.Claims {
	return auth.Claims{Company: company, Subject: user, Role: role, Teams: []string{"norte", "sur"}}
}

func admin(company string) auth.Claims { return viewer(company, audience.RoleAdmin, "boss") }

func users(page []store.Position) string {
	var ids []string
	for _, p := range page {
		ids = append(ids, p.UserID)
	}
	return strings.Join(ids, " ")
}

// field is a company with u1 in norte, u2 in norte and sur, u3 in sur, u4 in none and u5, whom identity does not know, and
// the supervisors s1 in norte, s2 in both and s3 in none; and another company with the same ids, all in norte.
func field(t testing.TB) *world {
	t.Helper()
	w := setup(t)
	for user, teams := range map[string]string{"u1": "{norte}", "u2": "{norte,sur}", "u3": "{sur}", "u4": "{}"} {
		w.user(t, "acme", user, teams)
		w.user(t, "otra", user, "{norte}")
		w.write(t, row("acme", user, time.Hour), row("otra", user, 2*time.Hour))
	}
	w.write(t, row("acme", "u5", time.Hour))
	w.user(t, "acme", "u6", "{norte}") // has never reported
	for supervisor, teams := range map[string]string{"s1": "{norte}", "s2": "{norte,sur}", "s3": "{}"} {
		w.user(t, "acme", supervisor, teams)
	}
	return w
}

func TestVisibility(t *testing.T) {
	t.Parallel()
	w := field(t)
	for _, c := range []struct {
		name   string
		viewer auth.Claims
		team   string
		latest string
		seen   string
	}{
		{"admin", admin("acme"), "", "u1 u2 u3 u4 u5", "boss s1 u1 u2 u3 u4 u5 u6"},
		{"admin, one team", admin("acme"), "sur", "u2 u3", "boss s1 u1 u2 u3 u4 u5 u6"},
		{"supervisor of norte", viewer("acme", audience.RoleSupervisor, "s1"), "", "u1 u2", "s1 u1 u2 u6"},
		{"supervisor of both", viewer("acme", audience.RoleSupervisor, "s2"), "", "u1 u2 u3", "s1 u1 u2 u3 u6"},
		{"supervisor, another's team", viewer("acme", audience.RoleSupervisor, "s1"), "sur", "u2", "s1 u1 u2 u6"},
		{"supervisor of none", viewer("acme", audience.RoleSupervisor, "s3"), "", "", ""},
		{"supervisor who reports", viewer("acme", audience.RoleSupervisor, "u3"), "", "u2 u3", "u2 u3"},
		{"colaborador", viewer("acme", audience.RoleColaborador, "u1"), "", "u1", "u1"},
		{"colaborador unknown to identity", viewer("acme", audience.RoleColaborador, "u5"), "", "u5", "u5"},
		{"colaborador without a position", viewer("acme", audience.RoleColaborador, "u6"), "", "", "u6"},
		{"unknown role", viewer("acme", "root", "u1"), "", "u1", "u1"},
		{"admin of the other company", admin("otra"), "", "u1 u2 u3 u4", "boss u1 u2 u3 u4"},
		{"admin of a third company", admin("nadie"), "", "", "boss"},
	} {
		t.Run(c.name, func(t *testing.T) {
			page, err := w.Latest(t.Context(), c.viewer, c.team, "", 100)
			if err != nil || users(page) != c.latest {
				t.Errorf("latest of %q, %v, want %q", users(page), err, c.latest)
			}
			var seen []string
			for _, user := range []string{"boss", "nobody", "s1", "u1", "u2", "u3", "u4", "u5", "u6"} {
				page, ok, err := w.Playback(t.Context(), c.viewer, store.Range{User: user, From: today, To: today.AddDate(0, 0, 1), Limit: 10})
				if err != nil || !ok && len(page) > 0 {
					t.Fatalf("playback of %s: %v, %v", user, page, err)
				}
				for _, p := range page {
					if p.Company != c.viewer.Company || p.UserID != user {
						t.Errorf("playback of %s holds %s of %s", user, p.UserID, p.Company)
					}
				}
				if ok {
					seen = append(seen, user)
				}
			}
			if got := strings.Join(seen, " "); got != c.seen {
				t.Errorf("sees %q, want %q", got, c.seen)
			}
		})
	}
}

func TestLatestGoesPageByPage(t *testing.T) {
	t.Parallel()
	w := field(t)
	var all []string
	for after := ""; ; {
		page, err := w.Latest(t.Context(), admin("acme"), "", after, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		all = append(all, users(page))
		after = page[len(page)-1].UserID
	}
	if got := strings.Join(all, " | "); got != "u1 u2 | u3 u4 | u5" {
		t.Errorf("pages %s", got)
	}
}

func TestPlaybackIsInOrderAndWithoutGapsBetweenPages(t *testing.T) {
	t.Parallel()
	w := setup(t)
	var want []string
	for i := range 7 {
		for _, device := range []string{"a", "b"} {
			f := fix(time.Duration(i)*8*time.Hour - 24*time.Hour)
			w.write(t, rowOf("acme", "u1", device, f))
			want = append(want, fmt.Sprint(f.RecordedAt, device))
		}
	}
	read := func(r store.Range) (got []string) {
		for {
			page, seen, err := w.Playback(t.Context(), viewer("acme", audience.RoleColaborador, "u1"), r)
			if err != nil || !seen || len(page) > r.Limit {
				t.Fatalf("page of %d, %v, %v", len(page), seen, err)
			}
			if len(page) == 0 {
				return got
			}
			for _, p := range page {
				got = append(got, fmt.Sprint(p.RecordedAt, p.DeviceID))
			}
			last := page[len(page)-1]
			r.After, r.AfterDevice = last.RecordedAt.Time(), last.DeviceID
		}
	}
	whole := store.Range{User: "u1", From: today.AddDate(0, 0, -1), To: today.AddDate(0, 0, 2)}
	for _, limit := range []int{1, 3, 4, 100} {
		whole.Limit = limit
		if got := read(whole); !slices.Equal(got, want) {
			t.Errorf("by %d: %v, want %v", limit, got, want)
		}
	}
	one := whole
	one.Device = "b"
	if got := read(one); len(got) != 7 || got[0] != want[1] {
		t.Errorf("device b: %v", got)
	}
	// The beginning is included, the end is not.
	part := store.Range{User: "u1", From: today.Add(-16 * time.Hour), To: today.Add(8 * time.Hour), Limit: 100}
	if got := read(part); !slices.Equal(got, want[2:8]) {
		t.Errorf("part %v, want %v", got, want[2:8])
	}
}

// gateway sends the newest positions of a tenant to a socket that connects.
func TestOtherServicesReadTheViewOfTheirTenant(t *testing.T) {
	t.Parallel()
	w := field(t)
	other := w.database.DB(t, "gateway")
	for company, want := range map[string]int{"acme": 5, "otra": 4, "nadie": 0} {
		err := other.InTenant(t.Context(), company, func(tx *sqlx.Tx) error {
			var rows []struct {
				Company    string    `db:"id_empresa"`
				User       string    `db:"user_id"`
				Device     string    `db:"device_id"`
				RecordedAt time.Time `db:"recorded_at"`
				ReceivedAt time.Time `db:"received_at"`
				Lat, Lon   float64
				Accuracy   *float32 `db:"accuracy_m"`
				Altitude   *float32 `db:"altitude_m"`
				Speed      *float32 `db:"speed_mps"`
				Bearing    *float32 `db:"bearing_deg"`
				Battery    *float32
				Charging   *bool
				Activity   string
				Mock       bool
			}
			if err := tx.SelectContext(t.Context(), &rows, `SELECT * FROM tracking.v_latest_position`); err != nil {
				return err
			}
			for _, r := range rows {
				if r.Company != company {
					t.Errorf("%s reads a row of %s", company, r.Company)
				}
			}
			if len(rows) != want {
				t.Errorf("%s reads %d rows, want %d", company, len(rows), want)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	err := other.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
		var n int
		return tx.GetContext(t.Context(), &n, `SELECT count(*) FROM tracking.latest_position`)
	})
	if err == nil {
		t.Error("another service reads the table itself")
	}
}

// Positions have whole milliseconds. A limit between two of them is after the one and before the other.
func TestPlaybackBetweenMilliseconds(t *testing.T) {
	t.Parallel()
	w := field(t)
	at := today.Add(4 * time.Hour)
	w.write(t, rowOf("acme", "u1", "phone", fix(4*time.Hour), fix(4*time.Hour+time.Millisecond)))
	between := at.Add(time.Millisecond / 2)
	for _, c := range []struct {
		from, to time.Time
		want     time.Time
	}{{at, between, at}, {between, at.Add(time.Minute), at.Add(time.Millisecond)}} {
		page, _, err := w.Playback(t.Context(), admin("acme"), store.Range{User: "u1", From: c.from, To: c.to, Limit: 10})
		if err != nil || len(page) != 1 || !page[0].RecordedAt.Time().Equal(c.want) {
			t.Errorf("from %v to %v: %+v, %v, want the position of %v", c.from, c.to, page, err, c.want)
		}
	}
}

// A page that passes over nearly everything must not read all that is left once for each message.
func TestAPlaybackOfARareDeviceReadsInFewTurns(t *testing.T) {
	t.Parallel()
	w := field(t)
	rows := make([]store.Track, 10_000)
	for i := range rows {
		rows[i] = row("acme", "u1", 2*time.Hour+time.Duration(i)*time.Second)
	}
	rows = append(rows, rowOf("acme", "u1", "tablet", fix(20*time.Hour)))
	w.write(t, rows...)
	page, _, err := w.Playback(t.Context(), admin("acme"), store.Range{User: "u1", Device: "tablet", From: today, To: today.AddDate(0, 0, 1), Limit: 1})
	if err != nil || len(page) != 1 {
		t.Errorf("%d positions, %v", len(page), err)
	}
}

// Another service reads the tracks of the company that its transaction names, before and after a merge, and nothing without one.
func TestOtherServicesReadTheTracksOfOneCompany(t *testing.T) {
	t.Parallel()
	w := field(t)
	gateway := w.database.DB(t, "gateway")
	for range 2 {
		count := func(run func(func(*sqlx.Tx) error) error) (n int) {
			t.Helper()
			if err := run(func(tx *sqlx.Tx) error {
				return tx.GetContext(t.Context(), &n, `SELECT count(*) FROM tracking.v_track`)
			}); err != nil {
				t.Fatal(err)
			}
			return n
		}
		for company, want := range map[string]int{"acme": 5, "otra": 4, "nadie": 0} {
			in := count(func(fn func(*sqlx.Tx) error) error { return gateway.InTenant(t.Context(), company, fn) })
			as := count(func(fn func(*sqlx.Tx) error) error { return gateway.AsWorkerFor(t.Context(), company, fn) })
			if in != want || as != want {
				t.Errorf("%s has %d tracks, and %d for a worker, want %d", company, in, as, want)
			}
		}
		if n := count(func(fn func(*sqlx.Tx) error) error { return gateway.AsWorker(t.Context(), fn) }); n != 0 {
			t.Errorf("a worker of another service sees %d tracks of all companies", n)
		}
		w.merge(t, "u1")
		w.merge(t, "u2")
	}
}
