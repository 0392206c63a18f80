package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/change"
	wire "github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/notifier/internal/alert"
)

// Received is a message and its header, which says who may see the alert.
type Received struct {
	alert.Message
	Header nats.Header
}

// key identifies an alert.
type key struct {
	Company string `db:"id_empresa"`
	ID      string `db:"id"`
}

// logged is an entry of the log of an alert.
type logged struct {
	Company string `json:"id_empresa"`
	ID      string `json:"alert_id"`
	alert.Entry
}

// Receive stores messages about alerts of any companies, all of them or none. It returns how many entries of each kind
// were new to the logs; a repeated message adds none. If a message changes an alert that somebody has acted on, Receive
// announces the complete alert again, to the audience of that message. Otherwise a socket would know of the end and not
// of the acknowledgement, or the reverse. now is domain time.
//
// In the same transaction it tells people of alerts that were raised while they continue, by the first step of their ladder, and sets the
// timers of the next steps. A panic of somebody who has an open one becomes part of it (join).
func (s *Store) Receive(ctx context.Context, received []Received, now time.Time) (stored map[string]int, err error) {
	told, headers, entries, err := fold(received, now)
	if err != nil || len(told) == 0 {
		return nil, err
	}
	err = s.changes.AsWorker(ctx, "inbox", func(ch *change.Change) error {
		if err := lockPanics(ctx, ch.Tx, told); err != nil {
			return err
		}
		are, err := merge(ctx, ch.Tx, told, now)
		if err != nil {
			return err
		}
		fresh, err := addEntries(ctx, ch.Tx, entries)
		if err != nil {
			return err
		}
		stored = count(fresh)
		if err := callOfEntries(ctx, ch, fresh); err != nil {
			return err
		}
		for _, a := range are {
			if !a.again {
				continue
			}
			if err := announce(ctx, ch, a.Alert, audience.Of(headers[key{a.Company, a.ID}])); err != nil {
				return err
			}
		}
		return s.raise(ctx, ch, are, fresh)
	})
	if err != nil {
		return nil, err
	}
	return stored, nil
}

func count(entries []logged) map[string]int {
	n := map[string]int{}
	for _, e := range entries {
		n[e.What]++
	}
	return n
}

// fold combines the messages about each alert into one alert.
func fold(received []Received, now time.Time) (told []alert.Alert, headers map[key]nats.Header, entries []logged, err error) {
	facts := map[key]alert.Facts{}
	headers = map[key]nats.Header{}
	for _, m := range received {
		k := key{m.Company, m.ID}
		f := m.Facts
		if before, ok := facts[k]; ok {
			if f, err = before.With(f); err != nil {
				return nil, nil, nil, err
			}
		}
		facts[k], headers[k] = f, m.Header
		entry := m.Entry
		entry.ReceivedAt = now
		entries = append(entries, logged{m.Company, m.ID, entry})
	}
	for k, f := range facts {
		told = append(told, alert.Alert{Company: k.Company, ID: k.ID, Facts: f})
	}
	return told, headers, entries, nil
}

// merged is an alert after the messages about it.
type merged struct {
	alert.Alert
	// again says that sockets must hear the alert as it is, because a message told them less, or something else.
	again bool
}

// merge inserts the new alerts and updates the others with what the messages say. It returns them all, in the order of their keys.
func merge(ctx context.Context, tx *sqlx.Tx, told []alert.Alert, now time.Time) (are []merged, err error) {
	isNew, err := insert(ctx, tx, told, now)
	if err != nil {
		return nil, err
	}
	facts := map[key]alert.Facts{}
	var companies, ids []string
	for _, a := range told {
		if k := (key{a.Company, a.ID}); !isNew[k] {
			facts[k] = a.Facts
			companies, ids = append(companies, a.Company), append(ids, a.ID)
			continue
		}
		a.Status, a.Version = wire.StatusNew, 1
		are = append(are, merged{Alert: a})
	}
	known, err := update(ctx, tx, facts, companies, ids, now)
	if err != nil {
		return nil, err
	}
	are = append(are, known...)
	slices.SortFunc(are, func(a, b merged) int { return cmp.Or(cmp.Compare(a.Company, b.Company), cmp.Compare(a.ID, b.ID)) })
	return are, nil
}

// update brings alerts that are stored already together with what messages say.
func update(ctx context.Context, tx *sqlx.Tx, facts map[key]alert.Facts, companies, ids []string, now time.Time) (are []merged, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var there []row
	if err := tx.SelectContext(ctx, &there, lockAlerts, pq.Array(companies), pq.Array(ids)); err != nil {
		return nil, fmt.Errorf("lock alerts: %w", err)
	}
	var changed []alert.Alert
	for _, r := range there {
		a := merged{Alert: r.alert()}
		says := facts[key{a.Company, a.ID}]
		with, err := a.With(says)
		if err != nil {
			return nil, err
		}
		if !with.Equal(a.Facts) {
			a.Facts, a.again = with, a.Status != wire.StatusNew
			a.Version++
			changed = append(changed, a.Alert)
		}
		if a.Type == wire.TypePanic { // The phone repeated its call, and sockets heard it as if it were new.
			a.again = a.again || a.Status != wire.StatusNew || !with.Equal(says)
		}
		are = append(are, a)
	}
	if len(changed) == 0 {
		return are, nil
	}
	list, err := json.Marshal(changed)
	if err != nil {
		return nil, fmt.Errorf("encode alerts: %w", err)
	}
	if _, err := tx.ExecContext(ctx, updateFacts, string(list), now); err != nil {
		return nil, fmt.Errorf("update alerts: %w", err)
	}
	return are, nil
}

func insert(ctx context.Context, tx *sqlx.Tx, told []alert.Alert, now time.Time) (isNew map[key]bool, err error) {
	list, err := json.Marshal(told)
	if err != nil {
		return nil, fmt.Errorf("encode alerts: %w", err)
	}
	var inserted []key
	if err := tx.SelectContext(ctx, &inserted, insertAlerts, string(list), now); err != nil {
		return nil, fmt.Errorf("insert alerts: %w", err)
	}
	isNew = make(map[key]bool, len(inserted))
	for _, k := range inserted {
		isNew[k] = true
	}
	return isNew, nil
}

// addEntries adds entries to the logs, and returns those that were new, with their What alone.
func addEntries(ctx context.Context, tx *sqlx.Tx, entries []logged) (added []logged, err error) {
	list, err := json.Marshal(entries)
	if err != nil {
		return nil, fmt.Errorf("encode a log: %w", err)
	}
	var rows []struct {
		key
		AlertID string `db:"alert_id"`
		What    string `db:"what"`
	}
	if err := tx.SelectContext(ctx, &rows, insertEntries, string(list)); err != nil {
		return nil, fmt.Errorf("write the log: %w", err)
	}
	for _, r := range rows {
		added = append(added, logged{r.Company, r.AlertID, alert.Entry{What: r.What}})
	}
	return added, nil
}
