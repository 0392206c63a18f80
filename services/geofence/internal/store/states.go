package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/lib/pq"

	"github.com/terreno/terreno/services/geofence/internal/rule"
	"github.com/terreno/terreno/services/geofence/internal/zone"
)

// ErrUnfit says that something cannot be written down, now or later.
var ErrUnfit = errors.New("it cannot be written down")

// readState reads a row. After an error, p still tells whose row it is, if possible. JSON that another program wrote is also
// an error. Read by ours, it would become a state that nobody was ever in: fields under other names would be zero here, and
// a run without a first position would confirm any position that comes next.
func readState(rows *sql.Rows) (p Person, err error) {
	var status int64
	var run, alert, devices []byte
	if err := rows.Scan(&p.Company, &p.User, &p.Zones, &p.Since, &status, &p.LastAt, &run, &alert, &devices); err != nil {
		return p, err
	}
	p.LastAt, p.Since, p.Status = p.LastAt.UTC(), p.Since.UTC(), rule.Status(status)
	if status < int64(rule.Unknown) || status > int64(rule.Outside) {
		return p, fmt.Errorf("status %d is none", status)
	}
	if err := json.Unmarshal(orNull(run), &p.Run); err != nil {
		return p, fmt.Errorf("decode a run: %w", err)
	}
	if p.Run != nil && (p.Run.Count < 1 || p.Run.First.At.IsZero() || !(p.Run.Area >= 0) || p.Run.Side != zone.Inside && p.Run.Side != zone.Outside) {
		return p, errors.New("a run without side, count or first position, or with an area below zero")
	}
	if err := json.Unmarshal(orNull(alert), &p.Alert); err != nil {
		return p, fmt.Errorf("decode an alert: %w", err)
	}
	if p.Alert != nil && (p.Alert.ID == "" || p.Alert.Start.At.IsZero()) {
		return p, errors.New("an alert without id or first position")
	}
	if err := json.Unmarshal(orNull(devices), &p.Devices); err != nil {
		return p, fmt.Errorf("decode devices: %w", err)
	}
	return p, nil
}

func orNull(raw []byte) []byte {
	if raw == nil {
		return []byte("null")
	}
	return raw
}

// stateArrays returns the states by column, in the order of upsertStates' parameters.
func stateArrays(people []Person) ([]any, error) {
	n := len(people)
	companies, users, zones := make([]string, n), make([]string, n), make([]string, n)
	since, status, last := make([]int64, n), make([]int64, n), make([]int64, n)
	runs, alerts, devices := make([]sql.NullString, n), make([]sql.NullString, n), make([]sql.NullString, n)
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
		if p.Devices != nil {
			if devices[i], err = encode(p.Devices); err != nil {
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
		pq.Array(runs), pq.Array(alerts), pq.Array(devices),
	}, nil
}

func encode(v any) (sql.NullString, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return sql.NullString{}, fmt.Errorf("encode a state: %w: %w", ErrUnfit, err)
	}
	return sql.NullString{String: string(text), Valid: true}, nil
}
