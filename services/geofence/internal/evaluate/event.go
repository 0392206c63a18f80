package evaluate

import (
	"fmt"

	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/geofence/internal/rule"
)

// message is an event as everyone hears it: the whole alert, to the user, the supervisors of its teams and the admins.
func message(who rule.Who, e rule.Event, teams []string) (outbox.Message, error) {
	told := alertOf(who, e)
	to, err := subject.New(who.Company, alert.Domain, told.Event(), told.ID)
	if err != nil {
		return outbox.Message{}, fmt.Errorf("address an alert: %w", err)
	}
	header := nats.Header{}
	if err := audience.OfUser(who.User, teams).Set(header); err != nil {
		return outbox.Message{}, fmt.Errorf("address an alert: %w", err)
	}
	body, err := clientjson.Marshal(told.Proto())
	if err != nil {
		return outbox.Message{}, err
	}
	return outbox.Message{Subject: to, Header: header, Data: body}, nil
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
