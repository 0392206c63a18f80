package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	wire "github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/escalate"
	"github.com/terreno/terreno/services/notifier/internal/notice"
)

const (
	// lockPanicsOf makes transactions with panics of the same people wait for each other, in one order.
	lockPanicsOf = `SELECT pg_advisory_xact_lock(hashtextextended(k, 0)) FROM (SELECT k FROM unnest($1::text[]) k ORDER BY k) k`

	lockOpenPanics = `SELECT ` + columns + ` FROM notifier.alert a
WHERE a.id_empresa = $1 AND a.user_id = $2 AND a.type = 'panico' AND a.status <> 'resuelta' AND a.ended_at IS NULL AND a.id <> ALL ($3)
ORDER BY a.id FOR UPDATE`

	updateWhy = `UPDATE notifier.alert SET why = $3 WHERE id_empresa = $1 AND id = $2`

	joinNote = "parte de otra llamada de auxilio abierta"

	// panicLasts is how long after an open panic another one of the same person becomes part of it. Later somebody must be told again, so
	// the older one becomes part of the newer. The instants of the calls count, so that an outage between them tells nobody twice.
	panicLasts = time.Hour

	// calledAgainEvery is how often people are told at most that somebody called again whom somebody takes care of.
	calledAgainEvery = 5 * time.Minute
)

// lockPanics keeps other inboxes from storing panics of the same people now.
func lockPanics(ctx context.Context, tx *sqlx.Tx, told []alert.Alert) error {
	var keys []string
	for _, a := range told {
		if a.Type == wire.TypePanic {
			keys = append(keys, "notifier panic "+a.Company+" "+a.User)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	slices.Sort(keys)
	if _, err := tx.ExecContext(ctx, lockPanicsOf, pq.Array(slices.Compact(keys))); err != nil {
		return fmt.Errorf("lock the panics of people: %w", err)
	}
	return nil
}

// raise tells people of the alerts that were raised now and continue. fresh are the new lines of their logs.
func (s *Store) raise(ctx context.Context, ch *change.Change, are []merged, fresh []logged) error {
	if s.timers == nil {
		return nil
	}
	raised := map[key]bool{}
	for _, e := range fresh {
		raised[key{e.Company, e.ID}] = raised[key{e.Company, e.ID}] || e.What == alert.WhatRaised
	}
	of := map[string][]alert.Alert{}
	for _, a := range are {
		if _, hasText := kindOf[a.Type]; hasText && raised[key{a.Company, a.ID}] && escalates(a.Alert) {
			of[a.Company] = append(of[a.Company], a.Alert)
		}
	}
	for _, company := range slices.Sorted(maps.Keys(of)) {
		if err := s.raiseIn(ctx, ch.For(company), of[company]); err != nil {
			return err
		}
	}
	return nil
}

// raiseIn tells people of new alerts of a company.
func (s *Store) raiseIn(ctx context.Context, ch *change.Change, alerts []alert.Alert) error {
	users := make([]string, len(alerts))
	for i, a := range alerts {
		users[i] = a.User
	}
	people, err := readPeople(ctx, ch.Tx, ch.Company, users)
	if err != nil {
		return err
	}
	plans, err := s.settingsOf(ctx, ch.Tx, ch.Company)
	if err != nil {
		return err
	}
	alerts, notices, err := joinPanics(ctx, ch, alerts, people, plans.Escalation.Of(wire.TypePanic))
	if err != nil {
		return err
	}
	var steps []step
	for _, a := range alerts {
		l := plans.Escalation.Of(a.Type)
		first := due{Step: 1, Stored: ch.At}
		if at := l.Due(1, ch.At, ch.At); at != nil && at.After(ch.At) { // The company lets some time pass first.
			a.NextAt = at
			steps = append(steps, step{alert: a, due: due{Stored: ch.At}, insists: l.Insists()})
			continue
		}
		if st, ok := s.plan(a, first, l, people, ch.At); ok {
			steps, notices = append(steps, st), append(notices, st.notices...)
		}
	}
	if _, err := s.Notify(ctx, ch, notices); err != nil {
		return err
	}
	for _, st := range steps {
		if err := s.done(ctx, ch, st, people); err != nil {
			return err
		}
	}
	return nil
}

// joinPanics makes sure that each person has one open panic, and returns the alerts of which people are to be told. A panic of somebody
// who has an open one becomes part of it: it is resolved by rule and names it, and both are announced. After an hour it is the other way
// around, because then people must be told again. notices tell those who take care of a panic that its person called again.
func joinPanics(ctx context.Context, ch *change.Change, alerts []alert.Alert, people companyPeople, l escalate.Ladder) (rest []alert.Alert, notices []notice.Notice, err error) {
	panics := map[string][]alert.Alert{}
	for _, a := range alerts {
		if a.Type == wire.TypePanic {
			panics[a.User] = append(panics[a.User], a)
		} else {
			rest = append(rest, a)
		}
	}
	for _, who := range slices.Sorted(maps.Keys(panics)) {
		of := panics[who]
		slices.SortFunc(of, func(a, b alert.Alert) int { return cmp.Or(a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.ID, b.ID)) })
		ids := make([]string, len(of))
		for i, a := range of {
			ids[i] = a.ID
		}
		var rows []row
		if err := ch.Tx.SelectContext(ctx, &rows, lockOpenPanics, ch.Company, who, pq.Array(ids)); err != nil {
			return nil, nil, fmt.Errorf("look for open panics: %w", err)
		}
		into := of[0]
		for _, r := range rows {
			if open := r.alert(); of[0].RaisedAt.Sub(open.RaisedAt) <= panicLasts {
				into = open
			}
		}
		for _, r := range rows {
			if open := r.alert(); open.ID != into.ID {
				of = append(of, open)
			}
		}
		joined := false
		for _, a := range of {
			if a.ID == into.ID {
				rest = append(rest, a)
				continue
			}
			joined = true
			if err := join(ctx, ch, a, into, people); err != nil {
				return nil, nil, err
			}
			if into.AcknowledgedAt != nil && a.RaisedAt.After(*into.AcknowledgedAt) {
				notices = append(notices, calledAgain(into, l, people, ch.At)...)
			}
		}
		if joined {
			if err := announce(ctx, ch, into, audienceOf(into, people.users[who].Teams)); err != nil {
				return nil, nil, err
			}
		}
	}
	return rest, notices, nil
}

// calledAgain tells of somebody who calls for help although somebody takes care of it: that one, and those of the ladder's first step.
// Otherwise only their sockets would hear it, because nobody is told any more after an acknowledgement.
func calledAgain(into alert.Alert, l escalate.Ladder, people companyPeople, now time.Time) (notices []notice.Notice) {
	first, _, _ := l.Step(1)
	told := []string{into.AcknowledgedBy, into.EnRouteBy}
	for _, p := range first.People(people.about(into.User), into.User) {
		told = append(told, p.ID)
	}
	slices.Sort(told)
	for _, who := range slices.Compact(told) {
		if who != "" {
			notices = append(notices, panicNotice(who, into, people, fmt.Sprint("called-", now.Truncate(calledAgainEvery).Unix()), now))
		}
	}
	return notices
}

// join makes one panic part of another one.
func join(ctx context.Context, ch *change.Change, a, into alert.Alert, people companyPeople) error {
	var log []alert.Entry
	a.Handling, log = a.Act(alert.Action{What: alert.WhatResolved, By: alert.ByRule, At: ch.At, Note: joinNote})
	a.Why.Joins = into.ID
	a.Version++
	if _, err := ch.Tx.ExecContext(ctx, updateWhy, a.Company, a.ID, a.Why); err != nil {
		return fmt.Errorf("join two panics: %w", err)
	}
	if err := writeHandling(ctx, ch, a, log...); err != nil {
		return err
	}
	again := alert.Entry{What: alert.WhatRaisedAgain, At: a.RaisedAt, ReceivedAt: ch.At, Note: a.ID}
	if _, err := addEntries(ctx, ch.Tx, []logged{{into.Company, into.ID, again}}); err != nil {
		return err
	}
	return announce(ctx, ch, a, audienceOf(a, people.users[a.User].Teams))
}
