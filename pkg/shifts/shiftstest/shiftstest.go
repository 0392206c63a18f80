// Package shiftstest stands for service activity in tests of services that read who is on shift: it writes activity's tables as the
// database's administrator, and publishes activity's events.
package shiftstest

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/proto/activity"
	"github.com/terreno/terreno/proto/subject"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

// Activity writes and publishes.
type Activity struct {
	Admin *sqlx.DB
	// Bus may publish everything. Without it, nothing is told.
	Bus *bus.Bus

	version atomic.Int32
}

// Decide makes a company track its people always or on_shift, since an instant.
func (a *Activity) Decide(t testing.TB, company, tracking string, since time.Time) {
	t.Helper()
	version := a.version.Add(1)
	a.exec(t, `INSERT INTO activity.settings (id_empresa, check_in_policy, check_in_max_m, close_at, tracking, tracking_since, tracking_version)
		VALUES ($1, 'note', 1, '22:00', $2, $3, $4)
		ON CONFLICT (id_empresa) DO UPDATE SET tracking = $2, tracking_since = $3, tracking_version = $4`, company, tracking, since, version)
	a.publish(t, company, activity.EventTracking, company, &terrenov1.ActivityTracking{Tracking: tracking, Since: timestamppb.New(since), Version: version})
}

// Shift writes a shift of somebody. It lasts if until is zero. The same id changes it.
func (a *Activity) Shift(t testing.TB, company, user, id string, from, until time.Time) {
	t.Helper()
	a.shift(t, company, user, id, from, until, false)
}

// Began says with which device a user began a shift.
func (a *Activity) Began(t testing.TB, company, user, id, device string) {
	t.Helper()
	a.exec(t, `INSERT INTO activity.shift_action (id_empresa, user_id, key, kind, at, received_at, by_user, reason, device, request)
		SELECT id_empresa, user_id, id, 'start', started_at, started_at, user_id, '', $4, '' FROM activity.shift WHERE id_empresa = $1 AND user_id = $2 AND id = $3`,
		company, user, id, device)
}

// Correct writes a shift as Shift does, and says that somebody corrected it.
func (a *Activity) Correct(t testing.TB, company, user, id string, from, until time.Time) {
	t.Helper()
	a.shift(t, company, user, id, from, until, true)
}

func (a *Activity) shift(t testing.TB, company, user, id string, from, until time.Time, corrected bool) {
	t.Helper()
	version := a.version.Add(1)
	m := &terrenov1.Activity{
		Id: id, Tipo: activity.Shift, Version: version, UserId: user, State: activity.Working, Since: timestamppb.New(from), From: timestamppb.New(from),
		Corrected: corrected,
	}
	var end *time.Time
	if !until.IsZero() {
		end = &until
		m.State, m.Until = activity.Over, timestamppb.New(until)
	}
	a.exec(t, `WITH u AS (INSERT INTO activity.shift_user (id_empresa, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING)
		INSERT INTO activity.shift (id_empresa, user_id, id, started_at, ended_at, paused, pauses, forced, close_at, version)
		VALUES ($1, $2, $3, $4, $5, false, '[]', false, $4, $6)
		ON CONFLICT (id_empresa, user_id, id) DO UPDATE SET started_at = $4, ended_at = $5, version = $6`, company, user, id, from, end, version)
	a.publish(t, company, activity.EventState, id, m)
}

// Help writes a call for help of somebody. It is open if until is zero.
func (a *Activity) Help(t testing.TB, company, user, id string, from, until time.Time) {
	t.Helper()
	m := &terrenov1.Activity{
		Id: id, Tipo: activity.Help, Version: a.version.Add(1), UserId: user, State: activity.Working, Since: timestamppb.New(from), From: timestamppb.New(from),
	}
	var end *time.Time
	if !until.IsZero() {
		end = &until
		m.State, m.Until = activity.Over, timestamppb.New(until)
	}
	a.exec(t, `INSERT INTO activity.help (id_empresa, id, user_id, started_at, ended_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id_empresa, id) DO UPDATE SET started_at = $4, ended_at = $5`, company, id, user, from, end)
	a.publish(t, company, activity.EventState, id, m)
}

// Withdraw removes a shift.
func (a *Activity) Withdraw(t testing.TB, company, user, id string) {
	t.Helper()
	a.exec(t, `DELETE FROM activity.shift WHERE id_empresa = $1 AND user_id = $2 AND id = $3`, company, user, id)
	m := &terrenov1.Activity{Id: id, Tipo: activity.Shift, Version: a.version.Add(1)}
	a.publish(t, company, activity.EventState, id, activity.Withdrawn(m, user))
}

func (a *Activity) exec(t testing.TB, query string, args ...any) {
	t.Helper()
	if _, err := a.Admin.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

func (a *Activity) publish(t testing.TB, company, event, entity string, m proto.Message) {
	t.Helper()
	if a.Bus == nil {
		return
	}
	to, err := subject.New(company, activity.Domain, event, entity)
	if err != nil {
		t.Fatal(err)
	}
	body, err := clientjson.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Bus.Publish(t.Context(), bus.Message{Subject: to, ID: fmt.Sprintf("%s-%s-%d", company, entity, a.version.Load()), Data: body}); err != nil {
		t.Fatal(err)
	}
}
