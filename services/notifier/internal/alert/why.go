package alert

import (
	"cmp"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	wire "github.com/terreno/terreno/proto/alert"
)

// Why is why an alert happened. The database holds it as JSON.
type Why wire.Why

// Scan implements sql.Scanner.
func (w *Why) Scan(from any) error {
	raw, ok := from.([]byte)
	if !ok {
		return fmt.Errorf("why of an alert is a %T", from)
	}
	*w = Why{}
	return json.Unmarshal(raw, w)
}

// Value implements driver.Valuer.
func (w Why) Value() (driver.Value, error) {
	raw, err := json.Marshal(w)
	return string(raw), err
}

// known says that there is a cause, so that nobody has to wonder.
func (w Why) known() bool { return w.Cause != "" && w.Cause != wire.CauseUnknown }

// compareWhys is a total order. What joined another alert comes last. Otherwise, what knows a cause comes after what knows none, and a later
// cause after an earlier one.
func compareWhys(a, b Why) int {
	return cmp.Or(
		cmp.Compare(a.Joins, b.Joins), compareBools(a.known(), b.known()), comparePointers(a.CauseAt, b.CauseAt, time.Time.Compare), cmp.Compare(a.Cause, b.Cause),
		comparePointers(a.LastFixAt, b.LastFixAt, time.Time.Compare), comparePointers(a.Battery, b.Battery, cmp.Compare),
		cmp.Compare(a.People, b.People), cmp.Compare(a.PeopleOf, b.PeopleOf), cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Note, b.Note),
	)
}
