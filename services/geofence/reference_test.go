package geofence_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/geofence/geofencetest"
)

// events are alerts by company and user, those of an alert in order. Between alerts the outbox has none.
type events map[string][]geofencetest.Alert

func (e events) sort() events {
	for _, list := range e {
		slices.SortStableFunc(list, func(a, b geofencetest.Alert) int { return a.Started.Compare(b.Started) })
	}
	return e
}

// told is everything that ALERTS holds. It fails the test when a pair of alert and event stands there under two message ids:
// the outbox may publish a row twice, but with one id.
func (w *world) told(t *testing.T) events {
	t.Helper()
	admin := w.bus.Admin(t)
	all, ids := events{}, map[string]string{}
	for from := uint64(1); ; {
		var m bus.Msg
		var ok bool
		apptest.Until(t, func() bool { // a cluster may have no leader for a moment
			var err error
			m, ok, err = admin.Next(t.Context(), stream.Alerts, "in.>", from)
			return err == nil
		})
		if !ok {
			return all.sort()
		}
		from = m.Seq + 1
		var body struct {
			geofencetest.Alert
			ID        string    `json:"id"`
			UserID    string    `json:"user_id"`
			StartedAt time.Time `json:"started_at"`
			RaisedAt  time.Time `json:"raised_at"`
			EndedAt   time.Time `json:"ended_at"`
			Late      bool      `json:"late"`
			Zones     []string  `json:"zones"`
			EndReason string    `json:"end_reason"`
		}
		if err := json.Unmarshal(m.Data, &body); err != nil || body.ID != m.Subject.Entity() {
			t.Fatalf("%s holds %s: %v", m.Subject, m.Data, err)
		}
		pair, id := m.Subject.Tenant()+" "+body.ID+" "+m.Subject.Event(), m.Header.Get(nats.MsgIdHdr)
		if id == "" {
			t.Fatalf("%s has no message id", pair)
		}
		switch ids[pair] {
		case id:
			continue
		case "":
			ids[pair] = id
		default:
			t.Errorf("%s was told twice, as %s and as %s", pair, ids[pair], id)
		}
		a := geofencetest.Alert{
			Company: m.Subject.Tenant(), User: body.UserID, Event: m.Subject.Event(), Started: body.StartedAt, Raised: body.RaisedAt,
			Ended: body.EndedAt, Late: body.Late, Zones: strings.Join(body.Zones, ","), Reason: body.EndReason,
		}
		all[a.Company+"/"+a.User] = append(all[a.Company+"/"+a.User], a)
	}
}

// settled waits until everything that was published is evaluated and told.
func (w *world) settled(t *testing.T) {
	t.Helper()
	w.applied(t)
	apptest.Until(t, func() bool {
		var n int
		err := w.admin.GetContext(t.Context(), &n, `SELECT count(*) FROM geofence.outbox`)
		return err == nil && n == 0
	})
}

func line(a geofencetest.Alert) string {
	at := func(t time.Time) string {
		if t.IsZero() {
			return "-"
		}
		return t.UTC().Truncate(time.Millisecond).Format("02T15:04:05.000")
	}
	return fmt.Sprintf("%s start %s raised %s ended %s late %t %s %s", a.Event, at(a.Started), at(a.Raised), at(a.Ended), a.Late, a.Zones, a.Reason)
}

// matches compares what was told with the reference, and says how much of each there was.
func (w *world) matches(t *testing.T, s *scene) {
	t.Helper()
	w.settled(t)
	// What was heard is not asked for: unread, it would hold up the connection's end.
	if err := w.heard.Unsubscribe(); err != nil {
		t.Error(err)
	}
	must, doubts := geofencetest.Alerts(s.messages, s.zones)
	if len(doubts) > 0 {
		t.Fatalf("%d positions of the scene can be judged either way", len(doubts))
	}
	want, kinds := events{}, map[string]int{}
	for _, a := range must {
		want[a.Company+"/"+a.User] = append(want[a.Company+"/"+a.User], a)
		kinds[a.Event]++
	}
	if kinds["nueva"] == 0 || kinds["tardia"] == 0 || kinds["cerrada"] == 0 {
		t.Fatalf("the scene has not every kind of event: %v", kinds)
	}
	t.Logf("%d fixes in %d messages, %d left out: %v", s.fixes, len(s.messages), s.doubtful, kinds)
	want.sort()
	got := w.told(t)
	for who := range got {
		if want[who] == nil {
			t.Errorf("%s: told %d events, want none", who, len(got[who]))
		}
	}
	wrong := 0
	for who, list := range want {
		for i := range max(len(list), len(got[who])) {
			g, r := "-", "-"
			if i < len(got[who]) {
				g = line(got[who][i])
			}
			if i < len(list) {
				r = line(list[i])
			}
			if g != r {
				if wrong++; wrong <= 5 {
					t.Errorf("%s, event %d:\n told %s\n want %s", who, i, g, r)
				}
				break
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d users differ", wrong, len(want))
	}
}

func TestReferenceOfRandomWalks(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{1, 2, 3} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := wandering(seed, 25, 250)
			w := setup(t)
			w.people(t, s)
			w.start(t)
			w.draw(t, s)
			w.play(t, s, nil)
			w.matches(t, s)
		})
	}
}
