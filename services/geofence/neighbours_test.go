package geofence_test

import (
	"testing"

	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/geofence"
	"github.com/terreno/terreno/services/geofence/geofencetest"
	"github.com/terreno/terreno/services/identity"
	trackingingest "github.com/terreno/terreno/services/tracking-ingest"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

// schemas are geofence's and those of the services whose views it reads, as they are in an installation.
func schemas() []db.Schema {
	return []db.Schema{identity.Schema, trackingingest.Schema, activity.Schema, schedule.Schema, geofence.Schema}
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
func (w *world) store(t *testing.T, company, user string, received int, fixes ...track.Fix) {
	t.Helper()
	w.writer.Store(t, trackingtest.Track{Company: company, User: user, Fixes: receivedAt(after(received), fixes)})
}

// written puts a message where the writer puts it.
func (w *world) written(t *testing.T, m geofencetest.Message) {
	t.Helper()
	w.writer.Store(t, trackingtest.Track{Company: m.Company, User: m.User, Device: m.Device, Fixes: m.Track()})
}
