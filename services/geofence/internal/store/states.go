package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/lib/pq"

	"github.com/terreno/terreno/services/geofence/internal/rule"
)

// ErrUnfit says that something cannot be written down, now or later.
var ErrUnfit = errors.New("it cannot be written down")

func scanState(rows *sql.Rows) (p Person, err error) {
	var run, alert []byte
	if err := rows.Scan(&p.Company, &p.User, &p.Zones, &p.Since, &p.Status, &p.LastAt, &run, &alert); err != nil {
		return Person{}, err
	}
	if run != nil {
		p.Run = &rule.Run{}
		if err := json.Unmarshal(run, p.Run); err != nil {
			return Person{}, fmt.Errorf("decode a run: %w", err)
		}
	}
	if alert != nil {
		p.Alert = &rule.Alert{}
		if err := json.Unmarshal(alert, p.Alert); err != nil {
			return Person{}, fmt.Errorf("decode an alert: %w", err)
		}
	}
	p.LastAt, p.Since = p.LastAt.UTC(), p.Since.UTC()
	return p, nil
}

// stateArrays are states by column, in the order of upsertStates' parameters.
func stateArrays(people []Person) ([]any, error) {
	n := len(people)
	companies, users, zones := make([]string, n), make([]string, n), make([]string, n)
	since, status, last := make([]int64, n), make([]int64, n), make([]int64, n)
	runs, alerts := make([]sql.NullString, n), make([]sql.NullString, n)
	for i := range people {
		p := &people[i]
		companies[i], users[i], zones[i] = p.Company, p.User, p.Zones
		since[i], status[i], last[i] = p.Since.UnixMilli(), int64(p.Status), p.LastAt.UnixMilli()
		var err error
		if p.Run != nil {
			if runs[i], err = encode(p.Run); err != nil {
				return nil, err
			}
		}
		if p.Alert != nil {
			if alerts[i], err = encode(p.Alert); err != nil {
				return nil, err
			}
		}
	}
	return []any{
		pq.StringArray(companies), pq.StringArray(users), pq.StringArray(zones), pq.Int64Array(since), pq.Int64Array(status), pq.Int64Array(last),
		pq.Array(runs), pq.Array(alerts),
	}, nil
}

func encode(v any) (sql.NullString, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return sql.NullString{}, fmt.Errorf("encode a state: %w: %w", ErrUnfit, err)
	}
	return sql.NullString{String: string(text), Valid: true}, nil
}
