package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/schedule"
	wire "github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/escalate"
	"github.com/terreno/terreno/services/notifier/internal/notice"
	"github.com/terreno/terreno/services/notifier/internal/webhook"
)

const (
	// PanicKind is the kind of the timers of escalations of calls for help. Their key is the alert's id.
	PanicKind = "escalar-panico"
	// EscalationKind is that of other alerts.
	EscalationKind = "escalar-alerta"

	// A push about an alert helps nobody later than this after the instant at which its step should have come. So after an outage people
	// are not told of hundreds of old alerts at once. A call for help is told however old it is.
	usefulFor = time.Hour

	lockAlertOfCompany = `SELECT ` + columns + ` FROM notifier.alert a WHERE a.id_empresa = $1 AND a.id = $2 FOR UPDATE`
)

// kindOf is the kind of notice about each type of alert. A type that is not listed is newer than this service, which has no text for it,
// so nobody is told.
var kindOf = map[string]string{
	wire.TypePanic: notice.KindPanic, wire.TypeOutsideZone: notice.KindOutsideZone, wire.TypeInactivity: notice.KindInactivity,
	wire.TypeNoMovement: notice.KindInactivity, wire.TypeSystem: notice.KindSystem, wire.TypeForbiddenZone: notice.KindForbidden,
	wire.TypeLowBattery: notice.KindLowBattery,
}

// textOf is the text about an alert, if it is not that of its kind.
func textOf(a alert.Alert) string {
	switch {
	case a.Type == wire.TypeNoMovement:
		return notice.NoMovement
	case a.Type == wire.TypeSystem && a.Why.Cause == wire.CauseSharedSilence:
		return notice.SystemShared
	case a.Type == wire.TypeSystem && a.Why.Cause == wire.CauseStorageBehind:
		return notice.SystemStorage
	}
	return ""
}

// due is what the timer of an escalation remembers.
type due struct {
	Step int `json:"step"`
	// Stored is when the alert was stored: push and escalation begin then, however long the database was away.
	Stored time.Time `json:"stored"`
}

// Escalations makes the timers by which the store tells people of alerts. Those of calls for help run beside those of other alerts, so that
// they wait behind no backlog of them. Without timers the store tells nobody. Call it before anything runs.
func (s *Store) Escalations(d schedule.TimersDeps) (panics, others *schedule.Timers, err error) {
	d.DB, d.Changes, d.Schema = s.db, s.changes, Schema
	if panics, err = schedule.NewTimers(d, schedule.Kind{Name: PanicKind, Do: s.escalate}); err == nil {
		others, err = schedule.NewTimers(d, schedule.Kind{Name: EscalationKind, Do: s.escalate})
	}
	if err != nil {
		return nil, nil, fmt.Errorf("make the timers of escalations: %w", err)
	}
	s.timers, s.log, s.metrics = map[string]*schedule.Timers{PanicKind: panics, EscalationKind: others}, d.Log, newEscalationMetrics(d.Metrics)
	return panics, others, nil
}

// timerOf is the kind of the timer of an alert of a type.
func timerOf(alertType string) (kind string) {
	if alertType == wire.TypePanic {
		return PanicKind
	}
	return EscalationKind
}

// escalate is the effect of a timer: the next step of an alert that nobody takes care of yet.
func (s *Store) escalate(ctx context.Context, ch *change.Change, t schedule.Timer) error {
	var d due
	if err := json.Unmarshal(t.Payload, &d); err != nil {
		return fmt.Errorf("read the timer of an escalation: %w", err)
	}
	var r row
	err := ch.Tx.GetContext(ctx, &r, lockAlertOfCompany, ch.Company, t.Key)
	if errors.Is(err, sql.ErrNoRows) {
		return change.ErrNothing
	}
	if err != nil {
		return fmt.Errorf("lock an alert to escalate: %w", err)
	}
	a := r.alert()
	if !escalates(a) || a.Step != d.Step-1 {
		return change.ErrNothing
	}
	people, err := readPeople(ctx, ch.Tx, ch.Company, []string{a.User})
	if err != nil {
		return err
	}
	plans, err := s.settingsOf(ctx, ch.Tx, ch.Company)
	if err != nil {
		return err
	}
	step, ok := s.plan(a, d, plans.Escalation.Of(a.Type), people, ch.At)
	if !ok { // The company has shortened its ladder since.
		a.NextAt = nil
		a.Version++
		return errors.Join(writeHandling(ctx, ch, a), announce(ctx, ch, a, audienceOf(a, people.users[a.User].Teams)))
	}
	step.alert.Version++
	if _, err := s.Notify(ctx, ch, step.notices); err != nil {
		return err
	}
	return s.done(ctx, ch, step, people)
}

// escalates says whether people are still told of an alert.
func escalates(a alert.Alert) bool {
	return a.Status == wire.StatusNew && !a.Late && a.EndedAt == nil && a.Why.Joins == ""
}

// step is one step of an escalation before it is written.
type step struct {
	alert   alert.Alert
	due     due
	notices []notice.Notice
	webhook bool
	// insists says that others follow until somebody acknowledges.
	insists bool
	log     []alert.Entry
}

// plan works out a step of an alert's ladder. ok is false if there is none with this number.
func (s *Store) plan(a alert.Alert, d due, l escalate.Ladder, people companyPeople, now time.Time) (st step, ok bool) {
	each, again, ok := l.Step(d.Step)
	kind, hasText := kindOf[a.Type]
	if !ok || !hasText {
		return step{}, false
	}
	all := people.about(a.User)
	told := each.People(all, a.User)
	once := ""
	if again > 0 {
		once = fmt.Sprint("again-", again)
	}
	st = step{alert: a, due: d, webhook: each.Webhook, insists: l.Insists()}
	until := a.RaisedAt.Add(l.After(d.Step) + usefulFor)
	tooLate := a.Type != wire.TypePanic && !now.Before(until)
	for _, p := range told {
		if a.Type == wire.TypePanic {
			st.notices = append(st.notices, panicNotice(p.ID, a, people, once, now))
			continue
		}
		st.notices = append(st.notices, notice.Notice{
			User: p.ID, Kind: kind, Text: textOf(a), Ref: "alert/" + a.ID, Once: once, Args: map[string]string{"name": people.name(a.User)}, Until: until,
		})
	}
	st.alert.Step, st.alert.NextAt = d.Step, l.Due(d.Step+1, d.Stored, now)
	entry := func(what, note string) {
		st.log = append(st.log, alert.Entry{What: what, At: now, ReceivedAt: now, Note: note})
	}
	entry(alert.WhatStep(d.Step), noteOf(len(told), tooLate, each.Webhook && people.hook))
	st.alert.Unreachable = st.insists && a.DeliveredAt == nil && !l.Reaches(1, all, a.User, people.hook)
	if st.alert.Unreachable && !a.Unreachable {
		entry(alert.WhatUnreachable, "")
	}
	return st, true
}

// panicNotice tells somebody of a call for help. It is urgent, however old the call is.
func panicNotice(who string, a alert.Alert, people companyPeople, once string, now time.Time) notice.Notice {
	return notice.Notice{
		User: who, Kind: notice.KindPanic, Ref: "alert/" + a.ID, Once: once, Args: map[string]string{"name": people.name(a.User)},
		Urgent: true, Until: now.Add(usefulFor),
	}
}

func noteOf(people int, tooLate, hook bool) string {
	note := fmt.Sprintf("avisadas: %d", people)
	if tooLate {
		note = "avisadas: 0, demasiado tarde"
	}
	if hook {
		note += ", webhook"
	}
	return note
}

// done writes a step whose notices were told: the alert and its log, the webhooks and the timer of the next step.
func (s *Store) done(ctx context.Context, ch *change.Change, st step, people companyPeople) error {
	a := st.alert
	if err := writeHandling(ctx, ch, a, st.log...); err != nil {
		return err
	}
	if st.webhook {
		seen := a
		if err := hidePlaces(ctx, ch.Tx, a.Company, &seen.Facts); err != nil {
			return err
		}
		if err := s.CallWebhooks(ctx, ch, webhook.EventEscalated, "alert/"+a.ID, seen.Proto()); err != nil {
			return fmt.Errorf("call webhooks about an alert: %w", err)
		}
	}
	if a.NextAt != nil {
		next := due{Step: a.Step + 1, Stored: st.due.Stored}
		kind := timerOf(a.Type)
		if err := s.timers[kind].Set(ctx, ch, kind, a.ID, *a.NextAt, next); err != nil {
			return err
		}
	}
	if len(st.log) > 0 {
		s.metrics.step(a.Type)
	}
	if a.Unreachable {
		s.metrics.unreachable.Inc()
		s.log.Error("nobody who should be told of an alert can be reached", "id_empresa", a.Company, "alert", a.ID, "type", a.Type, "step", a.Step)
	}
	// Sockets have heard of the alert. Who is told next matters only while others follow.
	if !st.insists {
		return nil
	}
	return announce(ctx, ch, a, audienceOf(a, people.users[a.User].Teams))
}
