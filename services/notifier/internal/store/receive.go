package store

import (
	"context"
	"encoding/json"
	"fmt"
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
func (s *Store) Receive(ctx context.Context, received []Received, now time.Time) (stored map[string]int, err error) {
	told, headers, entries, err := fold(received, now)
	if err != nil || len(told) == 0 {
		return nil, err
	}
	err = s.changes.AsWorker(ctx, "inbox", func(ch *change.Change) error {
		changed, err := merge(ctx, ch.Tx, told, now)
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
		for _, a := range changed {
			if a.Status == wire.StatusNew {
				continue
			}
			if err := announce(ctx, ch, a, audience.Of(headers[key{a.Company, a.ID}])); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return stored, nil
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

// merge inserts the new alerts and updates the others with what the messages say. It returns the updated alerts that
// changed.
func merge(ctx context.Context, tx *sqlx.Tx, told []alert.Alert, now time.Time) (changed []alert.Alert, err error) {
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
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	var there []row
	if err := tx.SelectContext(ctx, &there, lockAlerts, pq.Array(companies), pq.Array(ids)); err != nil {
		return nil, fmt.Errorf("lock alerts: %w", err)
	}
	for _, r := range there {
		a := r.alert()
		with, err := a.With(facts[key{a.Company, a.ID}])
		if err != nil {
			return nil, err
		}
		if !with.Equal(a.Facts) {
			a.Facts = with
			changed = append(changed, a)
		}
	}
	if len(changed) == 0 {
		return nil, nil
	}
	list, err := json.Marshal(changed)
	if err != nil {
		return nil, fmt.Errorf("encode alerts: %w", err)
	}
	if _, err := tx.ExecContext(ctx, updateFacts, string(list), now); err != nil {
		return nil, fmt.Errorf("update alerts: %w", err)
	}
	return changed, nil
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

func count(entries []logged) map[string]int {
	n := map[string]int{}
	for _, e := range entries {
		n[e.What]++
	}
	return n
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
