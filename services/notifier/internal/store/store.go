// Package store holds all SQL statements of notifier. Each method is one transaction unless its comment says otherwise.
//
// It guarantees three things. Each alert is one row, by company and id, and each thing that happened to it is one line of
// its log, however often and in whatever order messages come, and however many replicas store them at once. If two people
// act on an alert at the same moment, the first action counts. A viewer reads only alerts of its own company, about users
// whom it may see, and calls for help of which it was told. Methods name the errors that they return beside those of the database and the
// outbox.
package store

import (
	"errors"
	"log/slog"
	"time"

	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/services/notifier/internal/alert"
)

// Schema is the name of the schema with the tables.
const Schema = "notifier"

// visibleAlerts selects the alerts of the viewer's company whose users the viewer may see, and calls for help of which a supervisor was
// told: who is asked to help somebody of another team must see the call. Its parameters are those of viewer.
var visibleAlerts = `a.id_empresa = $1 AND (` + visible.Where("a.user_id", 2) + ` OR $4 AND a.type = 'panico' AND EXISTS (
    SELECT FROM notifier.notification n WHERE n.id_empresa = $1 AND n.ref = 'alert/' || a.id AND n.user_id = $3))`

const (
	columns = `a.id_empresa, a.id, a.type, a.user_id, a.late, a.started_at, a.lat, a.lon, a.accuracy_m, a.distance_m,
    a.raised_at, a.zones, a.ended_at, a.end_reason, a.why, a.status, a.acknowledged_by, a.acknowledged_at, a.acknowledged_note,
    a.resolved_by, a.resolved_at, a.resolved_note, a.resolution, a.delivered_to, a.delivered_at, a.en_route_by, a.en_route_at,
    a.escalation_step, a.next_step_at, a.unreachable, a.version`

	// $1 is a list of alert.Alert.
	alertsFromJSON = `json_to_recordset($1::json) AS r(id_empresa text, id text, type text, user_id text, late boolean,
    started_at timestamptz, lat float8, lon float8, accuracy_m float4, distance_m float8, raised_at timestamptz, zones text[],
    ended_at timestamptz, end_reason text, why jsonb)`

	// This statement and lockAlerts take alerts in the same order, so that two transactions about the same alerts wait
	// for each other and do not deadlock.
	insertAlerts = `INSERT INTO notifier.alert (id_empresa, id, type, user_id, late, started_at, lat, lon, accuracy_m,
    distance_m, raised_at, zones, ended_at, end_reason, why, received_at, changed_at)
SELECT r.id_empresa, r.id, r.type, r.user_id, r.late, r.started_at, r.lat, r.lon, r.accuracy_m, r.distance_m, r.raised_at,
    r.zones, r.ended_at, r.end_reason, r.why, $2, $2
FROM ` + alertsFromJSON + ` ORDER BY r.id_empresa, r.id
ON CONFLICT DO NOTHING RETURNING id_empresa, id`

	lockAlerts = `SELECT ` + columns + ` FROM notifier.alert a
JOIN unnest($1::text[], $2::text[]) AS k(id_empresa, id) USING (id_empresa, id)
ORDER BY a.id_empresa, a.id FOR UPDATE OF a`

	updateFacts = `UPDATE notifier.alert AS a SET started_at = r.started_at, late = r.late, lat = r.lat, lon = r.lon, accuracy_m = r.accuracy_m,
    distance_m = r.distance_m, raised_at = r.raised_at, zones = r.zones, ended_at = r.ended_at, end_reason = r.end_reason,
    why = r.why, changed_at = $2, version = a.version + 1
FROM ` + alertsFromJSON + ` WHERE a.id_empresa = r.id_empresa AND a.id = r.id`

	updateHandling = `UPDATE notifier.alert SET status = $3, acknowledged_by = $4, acknowledged_at = $5, acknowledged_note = $6,
    resolved_by = $7, resolved_at = $8, resolved_note = $9, resolution = $10, delivered_to = $11, delivered_at = $12, en_route_by = $13,
    en_route_at = $14, escalation_step = $15, next_step_at = $16, unreachable = $17, changed_at = $18, version = $19
WHERE id_empresa = $1 AND id = $2`

	// $1 is a list of logged. An entry that is in the log already stays as it is.
	insertEntries = `INSERT INTO notifier.alert_event (id_empresa, alert_id, what, at, received_at, by_user, note)
SELECT r.id_empresa, r.alert_id, r.what, r.at, r.received_at, r.by_user, r.note
FROM json_to_recordset($1::json) AS r(id_empresa text, alert_id text, what text, at timestamptz, received_at timestamptz,
    by_user text, note text)
ON CONFLICT DO NOTHING RETURNING id_empresa, alert_id, what`

	// Who acts on an alert is named to everybody who sees it, also to a worker or a supervisor who sees nothing else of that person.
	selectEntries = `SELECT e.what, e.at, e.received_at, e.by_user, e.note, coalesce((SELECT u.name FROM identity.v_users u WHERE u.id = e.by_user), '') AS by_name
FROM notifier.alert_event e WHERE e.id_empresa = $1 AND e.alert_id = $2`

	userName = `coalesce((SELECT n.name FROM identity.v_users n WHERE n.id = a.user_id), '') AS user_name`

	teamsOfUser = `SELECT u.teams FROM identity.v_users u WHERE u.id = $1`

	// It takes alerts in the same order as all other statements.
	lockUnresolved = `SELECT ` + columns + ` FROM notifier.alert a
WHERE a.id_empresa = $1 AND a.status <> 'resuelta' AND a.raised_at < $2 ORDER BY a.id LIMIT $3 FOR UPDATE`

	// The log is deleted with its alert.
	deleteOld = `DELETE FROM notifier.alert WHERE ctid IN (
    SELECT a.ctid FROM notifier.alert a
    WHERE (a.ended_at IS NOT NULL OR a.status = 'resuelta') AND a.changed_at < $1
    ORDER BY a.changed_at LIMIT $2 FOR UPDATE SKIP LOCKED)`
)

var (
	selectAlert = `SELECT ` + columns + `, ` + userName + ` FROM notifier.alert a WHERE ` + visibleAlerts + ` AND a.id = $5`
	lockAlert   = selectAlert + ` FOR UPDATE OF a`

	// Names are read only for the alerts of the page.
	pageOfAlerts = `SELECT a.*, ` + userName + ` FROM (
    SELECT ` + columns + ` FROM notifier.alert a
    WHERE ` + visibleAlerts + `
      AND ($5 = '' OR a.status = $5)
      AND ($6::boolean IS NULL OR (a.ended_at IS NULL) = $6)
      AND ($7 = '' OR a.user_id = $7)
      AND ($8 = '' OR a.user_id IN (SELECT u.id FROM identity.v_users u WHERE u.teams @> ARRAY[$8::text]))
      AND ($9 = '' OR a.type = $9)
      AND ($10::boolean IS NULL OR a.late = $10)
      AND ($11::timestamptz IS NULL OR a.started_at >= $11)
      AND ($12::timestamptz IS NULL OR a.started_at < $12)
      AND ($13::timestamptz IS NULL OR (a.started_at, a.id) < ($13, $14))
    ORDER BY a.started_at DESC, a.id DESC LIMIT $15
) a ORDER BY a.started_at DESC, a.id DESC`
)

// ErrNotFound says that the viewer may see no alert with this id.
var ErrNotFound = errors.New("no such alert")

// Store reads and writes alerts. It is safe for concurrent use.
type Store struct {
	db       *db.DB
	changes  *change.Changes
	defaults alert.Settings
	// timers are by kind, and nil in a store that tells nobody of alerts.
	timers  map[string]*schedule.Timers
	metrics *escalationMetrics
	log     *slog.Logger
}

// New makes a store. d is a pool of the service's role, and the store changes alerts through changes. defaults hold for
// companies that decided nothing.
func New(d *db.DB, changes *change.Changes, defaults alert.Settings) *Store {
	return &Store{db: d, changes: changes, defaults: defaults}
}

// row is an alert as the database returns it.
type row struct {
	alert.Alert
	ZoneList pq.StringArray `db:"zones"`
	UserName string         `db:"user_name"`
}

// alert converts the instants to UTC, as everywhere outside the database.
func (r row) alert() alert.Alert {
	a := r.Alert
	a.Zones = r.ZoneList
	a.StartedAt, a.RaisedAt = a.StartedAt.UTC(), a.RaisedAt.UTC()
	a.EndedAt, a.AcknowledgedAt, a.ResolvedAt = inUTC(a.EndedAt), inUTC(a.AcknowledgedAt), inUTC(a.ResolvedAt)
	a.DeliveredAt, a.EnRouteAt, a.NextAt = inUTC(a.DeliveredAt), inUTC(a.EnRouteAt), inUTC(a.NextAt)
	return a
}

func inUTC(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	utc := at.UTC()
	return &utc
}
