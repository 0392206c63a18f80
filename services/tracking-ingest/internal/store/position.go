// Package store holds every SQL statement of tracking-ingest. Each exported method is one transaction.
//
// It guarantees that a position is stored at most once by (company, user, device, recorded_at in milliseconds). Replicas
// that write the same positions at the same time do not deadlock. A viewer reads only positions of the viewer's company
// and of users whom the viewer may see. Errors are those of the database, and db.IsUnavailable can judge them.
package store

import (
	"cmp"
	"slices"
)

// Position is a row: a fix with its company, user and device.
type Position struct {
	Company    string `db:"id_empresa"`
	User       string `db:"user_id"`
	Device     string `db:"device_id"`
	RecordedMs int64  `db:"recorded_ms"`
	ReceivedMs int64  `db:"received_ms"`

	Lat        float64  `db:"lat"`
	Lon        float64  `db:"lon"`
	AccuracyM  *float32 `db:"accuracy_m"`
	AltitudeM  *float32 `db:"altitude_m"`
	SpeedMPS   *float32 `db:"speed_mps"`
	BearingDeg *float32 `db:"bearing_deg"`
	Battery    *float32 `db:"battery"`
	Charging   *bool    `db:"charging"`
	Activity   string   `db:"activity"`
	Mock       bool     `db:"mock"`
}

func compareKeys(a, b Position) int {
	return cmp.Or(
		cmp.Compare(a.Company, b.Company), cmp.Compare(a.User, b.User),
		cmp.Compare(a.RecordedMs, b.RecordedMs), cmp.Compare(a.Device, b.Device),
	)
}

// sortByKey sorts rows in place. Two transactions that insert the same keys in the same order wait for each other and
// cannot deadlock. Neighbouring rows also go to the same pages.
func sortByKey(rows []Position) { slices.SortFunc(rows, compareKeys) }

// newest returns the newest row of each user, in the order of the key. The given rows must be in the order of the key.
func newest(rows []Position) []Position {
	var latest []Position
	for i, r := range rows {
		if i+1 == len(rows) || rows[i+1].Company != r.Company || rows[i+1].User != r.User {
			latest = append(latest, r)
		}
	}
	return latest
}
