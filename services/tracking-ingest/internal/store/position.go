// Package store holds every SQL statement of tracking-ingest. Each exported method is one transaction.
//
// It guarantees that a position is stored at most once by (company, user, device, recorded_at in milliseconds). Replicas
// that write the same positions at the same time do not deadlock. A viewer reads only positions of the viewer's company
// and of users whom the viewer may see. Errors are those of the database, and db.IsUnavailable can judge them.
package store

import (
	"cmp"
	"slices"

	"github.com/terreno/terreno/pkg/clientjson"
)

// Position is a row: a position as clients read it, and its company.
type Position struct {
	Company string `db:"id_empresa"`
	clientjson.Position
}

func compareKeys(a, b Position) int {
	return cmp.Or(
		cmp.Compare(a.Company, b.Company), cmp.Compare(a.UserID, b.UserID),
		cmp.Compare(a.RecordedAt, b.RecordedAt), cmp.Compare(a.DeviceID, b.DeviceID),
	)
}

// sortByKey sorts rows in place. Two transactions that insert the same keys in the same order wait for each other and
// cannot deadlock. Neighbouring rows also go to the same pages.
func sortByKey(rows []Position) { slices.SortFunc(rows, compareKeys) }

// newest returns the newest row of each user, in the order of the key. The given rows must be in the order of the key.
func newest(rows []Position) []Position {
	var latest []Position
	for i, r := range rows {
		if i+1 == len(rows) || rows[i+1].Company != r.Company || rows[i+1].UserID != r.UserID {
			latest = append(latest, r)
		}
	}
	return latest
}
