// Package store holds every SQL statement of tracking-ingest. Each exported method is one transaction.
//
// It guarantees that a message is stored at most once, and that a position is read at most once by (company, user, device,
// recorded_at in milliseconds): of several that were received, the first. Replicas that write the same messages at the same
// time do not deadlock. A viewer reads only positions of the viewer's company
// and of users whom the viewer may see. Errors are those of the database, and db.IsUnavailable can judge them.
package store

import "github.com/terreno/terreno/pkg/clientjson"

// Position is a row: a position as clients read it, and its company.
type Position struct {
	Company string `db:"id_empresa"`
	clientjson.Position
}
