package geofence_test

import (
	"testing"
	"time"

	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/schedule"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/geofence"
	"github.com/terreno/terreno/services/geofence/geofencetest"
	"github.com/terreno/terreno/services/identity"
	trackingingest "github.com/terreno/terreno/services/tracking-ingest"
)

// schemas are geofence's and those of the services whose views it reads, as they are in an installation.
func schemas() []db.Schema {
	return []db.Schema{identity.Schema, trackingingest.Schema, schedule.Schema, geofence.Schema}
}

func (w *world) company(t *testing.T, id, zone string) {
	t.Helper()
	w.exec(t, `INSERT INTO identity.company (id_empresa, name, zone) VALUES ($1, $1, $2)`, id, zone)
}

func (w *world) team(t *testing.T, company, id string) {
	t.Helper()
	w.exec(t, `INSERT INTO identity.team (id_empresa, id, name) VALUES ($1, $2, $2)`, company, id)
}

func (w *world) user(t *testing.T, company, id, role string, teams ...string) {
	t.Helper()
	w.exec(t, `INSERT INTO identity.users (id_empresa, id, name, role) VALUES ($1, $2, $2, $3)`, company, id, role)
	w.joins(t, company, id, teams...)
}

// joins makes a user a member of some teams and of no others.
func (w *world) joins(t *testing.T, company, id string, teams ...string) {
	t.Helper()
	w.exec(t, `DELETE FROM identity.team_member WHERE id_empresa = $1 AND user_id = $2`, company, id)
	w.exec(t, `INSERT INTO identity.team_member (id_empresa, team_id, user_id) SELECT $1, unnest($3::text[]), $2`, company, id, pq.Array(append([]string{}, teams...)))
	w.exec(t, `UPDATE identity.users u SET version = version + 1,
    teams = ARRAY(SELECT team_id FROM identity.team_member m WHERE m.id_empresa = u.id_empresa AND m.user_id = u.id ORDER BY team_id)
WHERE id_empresa = $1 AND id = $2`, company, id)
}

// store puts fixes where the writer of tracking-ingest puts them.
func (w *world) store(t *testing.T, company, user string, received int, fixes ...*terrenov1.Fix) {
	t.Helper()
	w.written(t, geofencetest.Message{
		Company: company, User: user, ReceivedAt: noon.Add(time.Duration(received) * time.Second), Fixes: fixesOf(fixes...),
	})
}

func fixesOf(fixes ...*terrenov1.Fix) (list []geofencetest.Fix) {
	for _, f := range fixes {
		list = append(list, geofencetest.Fix{At: time.UnixMilli(f.RecordedAtMs), Lat: f.Lat, Lon: f.Lon, AccuracyM: float64(f.GetAccuracyM())})
	}
	return list
}

// written puts a message where the writer puts it.
func (w *world) written(t *testing.T, m geofencetest.Message) {
	t.Helper()
	n := len(m.Fixes)
	recorded, lat, lon, accuracy, mock := make([]string, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]bool, n)
	for i, f := range m.Fixes {
		recorded[i], lat[i], lon[i], accuracy[i], mock[i] = f.At.Format(time.RFC3339Nano), f.Lat, f.Lon, f.AccuracyM, f.Mock
	}
	w.exec(t, `SELECT tracking.ensure_partitions(min(r)::date - 1, max(r)::date + 1) FROM unnest($1::timestamptz[]) r`, pq.Array(recorded))
	w.exec(t, `INSERT INTO tracking.position (id_empresa, user_id, device_id, recorded_at, received_at, lat, lon, accuracy_m, activity, mock)
SELECT $1, $2, $8, r, $3, lat, lon, nullif(accuracy, 0), '', mock
FROM unnest($4::timestamptz[], $5::float8[], $6::float8[], $7::float4[], $9::bool[]) AS f(r, lat, lon, accuracy, mock)
ON CONFLICT DO NOTHING`, m.Company, m.User, m.ReceivedAt, pq.Array(recorded), pq.Array(lat), pq.Array(lon), pq.Array(accuracy), m.Device, pq.Array(mock))
	w.latest(t, m.Company, m.User)
}

// latest brings the newest positions of users up to date: of one, or with "" of all in the company.
func (w *world) latest(t *testing.T, company, user string) {
	t.Helper()
	w.exec(t, `INSERT INTO tracking.latest_position
SELECT DISTINCT ON (user_id) * FROM tracking.position WHERE id_empresa = $1 AND $2 IN ('', user_id) ORDER BY user_id, recorded_at DESC
ON CONFLICT (id_empresa, user_id) DO UPDATE SET recorded_at = excluded.recorded_at, received_at = excluded.received_at,
    lat = excluded.lat, lon = excluded.lon, accuracy_m = excluded.accuracy_m`, company, user)
}
