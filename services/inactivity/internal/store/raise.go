package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/shifts"
	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/inactivity/internal/cause"
	"github.com/terreno/terreno/services/inactivity/internal/silence"
)

// When people were heard of last, and when they recorded the newest position that people may see, with its charge if none is newer.
var lastSeen = `SELECT l.user_id, l.device_id, l.contact_at, l.recorded_at, p.shown_at, CASE WHEN p.shown_at >= l.recorded_at THEN l.battery END AS battery
FROM tracking.v_contact l LEFT JOIN LATERAL (
    SELECT max(t.recorded_at) AS shown_at FROM tracking.v_latest_position t
    WHERE t.id_empresa = l.id_empresa AND t.user_id = l.user_id AND ` + shifts.Where("t.id_empresa", "t.user_id", "t.recorded_at") + `) p ON true
WHERE l.id_empresa = $1 AND l.user_id = ANY ($2)`

var statesOf = `SELECT d.user_id, d.device_id, d.kind, d.occurred_at, d.value, d.level, d.charging, d.before_level,
       NOT ` + shifts.Where("d.id_empresa", "d.user_id", "d.occurred_at") + ` AS hidden
FROM inactivity.device_state d WHERE d.id_empresa = $1 AND d.user_id = ANY ($2)`

const (
	// A silence that lasts already stays as it is. A standstill does not begin in the time of the one before: what moved since may not be
	// known yet. Nor does a low battery begin in the time of the one before. again makes the alert another one than all before it, also when
	// what begins was told of already.
	raise = `INSERT INTO inactivity.silence AS s (id_empresa, user_id, kind, base_at, expected_by, after_s, raised_at, why, device_id, limit_pct)
SELECT $1, n.user_id, $2, n.base_at, n.expected_by, n.after_s, $3, n.why, n.device_id, n.limit_pct
FROM unnest($4::text[], $5::timestamptz[], $6::text[], $7::integer[], $8::jsonb[], $9::text[], $10::integer[]) AS n(user_id, base_at, expected_by, after_s, why, device_id, limit_pct)
ON CONFLICT (id_empresa, user_id, kind) DO UPDATE SET base_at = excluded.base_at, expected_by = excluded.expected_by, after_s = excluded.after_s,
    raised_at = excluded.raised_at, why = excluded.why, device_id = excluded.device_id, limit_pct = excluded.limit_pct, back_at = NULL, ended_at = NULL,
    again = s.again + 1
WHERE s.ended_at IS NOT NULL AND (s.kind = 'inactividad' OR excluded.base_at >= s.ended_at)
RETURNING s.user_id, s.base_at, s.again`
)

// Beginning is a silence, a standstill or a low battery that begins.
type Beginning struct {
	User, By string
	Base     time.Time
	After    time.Duration
	// Contact is the newest that was known when it was judged. Who has been heard of since is passed over.
	Contact time.Time
	// Place is where a standstill is; nil for the others.
	Place *alert.Place
	// Device is whose battery is low, with a charge of Battery, and Limit the percent at which that is told.
	Device  string
	Limit   int
	Battery *float32
}

// Beginnings returns the silences that a verdict raises.
func (out *Survey) Beginnings(v silence.Verdict) (list []Beginning) {
	for _, p := range v.Raise {
		list = append(list, Beginning{User: p.User, By: out.By[[2]string{v.Company, p.User}], Base: p.Base(v.Excused), After: p.After, Contact: p.Contact})
	}
	return list
}

type seenRow struct {
	User    string    `db:"user_id"`
	Device  string    `db:"device_id"`
	Contact time.Time `db:"contact_at"`
	// Recorded is of the newest position, and Shown of the newest that people may see.
	Recorded time.Time  `db:"recorded_at"`
	Shown    *time.Time `db:"shown_at"`
	Battery  *float32   `db:"battery"`
}

// Raise begins silences (alert.TypeInactivity) or standstills (alert.TypeNoMovement) in a company and tells of them. It returns how many
// it began: those that others began meanwhile are not among them.
func (s *Store) Raise(ctx context.Context, company, kind string, list []Beginning) (n int, err error) {
	err = s.changes.AsWorkerFor(ctx, company, By, func(ch *change.Change) error {
		n, err = raiseIn(ctx, ch, kind, list)
		return err
	})
	return n, err
}

func raiseIn(ctx context.Context, ch *change.Change, kind string, list []Beginning) (int, error) {
	var users pq.StringArray
	for _, b := range list {
		users = append(users, b.User)
	}
	seen, states, err := readEvidence(ctx, ch.Tx, ch.Company, users)
	if err != nil {
		return 0, err
	}
	var ids, by, whys, devices pq.StringArray
	var bases []time.Time
	var afters, limits pq.Int64Array
	begun := map[string]Beginning{}
	why := map[string]alert.Why{}
	for _, b := range list {
		last, known := seen[b.User]
		if kind == alert.TypeInactivity && known && last.Contact.After(b.Contact) {
			continue
		}
		is := alert.Why{Battery: b.Battery}
		if kind == alert.TypeInactivity {
			is = whyOf(last, known, states[b.User], b.After)
		}
		text, err := json.Marshal(is)
		if err != nil {
			return 0, fmt.Errorf("encode why somebody is told of: %w", err)
		}
		ids, by, whys = append(ids, b.User), append(by, b.By), append(whys, string(text))
		bases, afters = append(bases, b.Base), append(afters, int64(b.After/time.Second))
		devices, limits = append(devices, b.Device), append(limits, int64(b.Limit))
		begun[b.User], why[b.User] = b, is
	}
	if len(ids) == 0 {
		return 0, change.ErrNothing
	}
	var rows []struct {
		User  string    `db:"user_id"`
		Base  time.Time `db:"base_at"`
		Again int       `db:"again"`
	}
	if err := ch.Tx.SelectContext(ctx, &rows, raise, ch.Company, kind, ch.At, ids, pq.Array(bases), by, afters, whys, devices, limits); err != nil {
		return 0, fmt.Errorf("begin silences: %w", err)
	}
	teams, err := teamsOf(ctx, ch.Tx, ids)
	if err != nil {
		return 0, err
	}
	for _, r := range rows {
		a := alert.Alert{
			ID: alertID(ch.Company, r.User, kind, r.Base, r.Again), Type: kind, User: r.User, StartedAt: r.Base.UTC(), RaisedAt: ch.At,
			Place: begun[r.User].Place, Why: why[r.User],
		}
		if err := ch.Emit(alert.Domain, a.Event(), a.ID, audience.OfUser(r.User, teams[r.User]), a.Proto()); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

// chargeOf returns a level if it is one: what is not a number cannot be told.
func chargeOf(level *float32) *float32 {
	if level == nil || !(*level >= 0 && *level <= 1) {
		return nil
	}
	return level
}

func readEvidence(ctx context.Context, tx *sqlx.Tx, company string, users pq.StringArray) (map[string]seenRow, map[string][]cause.State, error) {
	var last []seenRow
	if err := tx.SelectContext(ctx, &last, lastSeen, company, users); err != nil {
		return nil, nil, fmt.Errorf("read who was seen when: %w", err)
	}
	seen := map[string]seenRow{}
	for _, l := range last {
		seen[l.User] = l
	}
	var rows []struct {
		User     string    `db:"user_id"`
		Device   string    `db:"device_id"`
		Kind     string    `db:"kind"`
		At       time.Time `db:"occurred_at"`
		Value    string    `db:"value"`
		Level    *float32  `db:"level"`
		Charging bool      `db:"charging"`
		Before   *float32  `db:"before_level"`
		Hidden   bool      `db:"hidden"`
	}
	if err := tx.SelectContext(ctx, &rows, statesOf, company, users); err != nil {
		return nil, nil, fmt.Errorf("read what phones said: %w", err)
	}
	states := map[string][]cause.State{}
	for _, r := range rows {
		states[r.User] = append(states[r.User], cause.State{
			Device: r.Device, Kind: r.Kind, Value: r.Value, At: r.At.UTC(), Level: chargeOf(r.Level), Before: chargeOf(r.Before), Charging: r.Charging, Hidden: r.Hidden,
		})
	}
	return seen, states, nil
}

func whyOf(last seenRow, known bool, states []cause.State, after time.Duration) alert.Why {
	e := cause.Evidence{States: states, After: after}
	why := alert.Why{}
	if known {
		// A contact may be of older positions that come late: they contradict nothing that the phone said since its newest.
		e.Device, e.Contact, e.Battery = last.Device, last.Recorded.UTC(), chargeOf(last.Battery)
		if last.Shown != nil {
			recorded := last.Shown.UTC()
			why.LastFixAt = &recorded
		}
	}
	found := cause.Likeliest(e)
	why.Cause, why.CauseAt, why.Battery = found.Code, found.At, found.Battery
	return why
}
