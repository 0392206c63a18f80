package evaluate

import (
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/subject"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/geofence/internal/rule"
)

// What an alert is told under.
const (
	domain      = "alerta"
	eventRaised = "nueva"
	eventLate   = "tardia"
	eventEnded  = "cerrada"

	typeOutside = "outside_zone"
)

// message is an event as everyone hears it: the whole alert, to the user, the supervisors of its teams and the admins.
func message(who rule.Who, e rule.Event, teams []string) (outbox.Message, error) {
	name := eventRaised
	switch {
	case !e.Ended.IsZero():
		name = eventEnded
	case e.Alert.Late:
		name = eventLate
	}
	to, err := subject.New(who.Company, domain, name, e.Alert.ID)
	if err != nil {
		return outbox.Message{}, fmt.Errorf("address an alert: %w", err)
	}
	header := nats.Header{}
	if err := audience.OfUser(who.User, teams).Set(header); err != nil {
		return outbox.Message{}, fmt.Errorf("address an alert: %w", err)
	}
	body, err := clientjson.Marshal(alertOf(who, e))
	if err != nil {
		return outbox.Message{}, err
	}
	return outbox.Message{Subject: to, Header: header, Data: body}, nil
}

func alertOf(who rule.Who, e rule.Event) *terrenov1.Alert {
	a := e.Alert
	m := &terrenov1.Alert{
		Id: a.ID, Type: typeOutside, UserId: who.User, Late: a.Late,
		StartedAt: instant(a.Start.At), Lat: a.Start.Lat, Lon: a.Start.Lon, DistanceM: proto.Float64(a.DistanceM),
		RaisedAt: instant(a.RaisedAt), Zones: a.Zones, EndReason: string(e.Reason),
	}
	if a.Start.AccuracyM > 0 {
		m.AccuracyM = proto.Float32(float32(a.Start.AccuracyM))
	}
	if !e.Ended.IsZero() {
		m.EndedAt = instant(e.Ended)
	}
	return m
}

func instant(t time.Time) *timestamppb.Timestamp {
	return timestamppb.New(t.Truncate(time.Millisecond))
}
