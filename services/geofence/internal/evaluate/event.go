package evaluate

import (
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/geofence/internal/rule"
)

// tell emits an event: the whole alert, to the user, the supervisors of the user's teams and the admins.
func tell(ch *change.Change, who rule.Who, e rule.Event, teams []string) error {
	told := alertOf(who, e)
	return ch.For(who.Company).Emit(alert.Domain, told.Event(), told.ID, audience.OfUser(who.User, teams), told.Proto())
}

func alertOf(who rule.Who, e rule.Event) alert.Alert {
	a := e.Alert
	told := alert.Alert{
		ID: a.ID, Type: alert.TypeOutsideZone, User: who.User, Late: a.Late, StartedAt: a.Start.At,
		Place: &alert.Place{Lat: a.Start.Lat, Lon: a.Start.Lon}, DistanceM: &a.DistanceM, RaisedAt: a.RaisedAt, Zones: a.Zones,
		EndReason: string(e.Reason),
	}
	if a.Start.AccuracyM > 0 {
		accuracy := float32(a.Start.AccuracyM)
		told.Place.AccuracyM = &accuracy
	}
	if !e.Ended.IsZero() {
		told.EndedAt = &e.Ended
	}
	return told
}
