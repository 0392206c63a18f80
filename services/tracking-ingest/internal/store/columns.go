package store

import (
	"strconv"

	"github.com/lib/pq"
)

// columns returns rows as the arrays that unnest takes. So one statement with fifteen parameters stores thousands of
// rows. The order is that of the parameters in store.go.
func columns(rows []Position) []any {
	n := len(rows)
	company, user, device, activity := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	recorded, received := make([]int64, n), make([]int64, n)
	lat, lon, mock := make([]float64, n), make([]float64, n), make([]bool, n)
	for i := range rows {
		r := &rows[i]
		company[i], user[i], device[i], activity[i] = r.Company, r.UserID, r.DeviceID, r.Activity
		recorded[i], received[i] = int64(r.RecordedAt), int64(r.ReceivedAt)
		lat[i], lon[i], mock[i] = r.Lat, r.Lon, r.Mock
	}
	return []any{
		pq.StringArray(company), pq.StringArray(user), pq.StringArray(device), pq.Int64Array(recorded), pq.Int64Array(received),
		pq.Float64Array(lat), pq.Float64Array(lon),
		nullable(rows, func(r *Position) *float32 { return r.AccuracyM }, appendFloat),
		nullable(rows, func(r *Position) *float32 { return r.AltitudeM }, appendFloat),
		nullable(rows, func(r *Position) *float32 { return r.SpeedMPS }, appendFloat),
		nullable(rows, func(r *Position) *float32 { return r.BearingDeg }, appendFloat),
		nullable(rows, func(r *Position) *float32 { return r.Battery }, appendFloat),
		nullable(rows, func(r *Position) *bool { return r.Charging }, strconv.AppendBool),
		pq.StringArray(activity), pq.BoolArray(mock),
	}
}

// nullable writes one column in PostgreSQL's array syntax. nil becomes NULL. pq's own arrays either do not support NULL
// or use reflection for each element.
func nullable[T any](rows []Position, column func(*Position) *T, appendValue func([]byte, T) []byte) string {
	text := make([]byte, 0, 8*len(rows)+2)
	text = append(text, '{')
	for i := range rows {
		if i > 0 {
			text = append(text, ',')
		}
		if v := column(&rows[i]); v != nil {
			text = appendValue(text, *v)
		} else {
			text = append(text, "NULL"...)
		}
	}
	return string(append(text, '}'))
}

func appendFloat(b []byte, v float32) []byte { return strconv.AppendFloat(b, float64(v), 'g', -1, 32) }
