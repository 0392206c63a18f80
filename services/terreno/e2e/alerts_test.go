package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/stream"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/fieldsim"
	"github.com/terreno/terreno/services/geofence/geofencetest"
)

// The fleet sends a real day, with every fault, through zones in the city. Meanwhile the test kills the two processes of
// geofence in turn. The published alerts must be those of the second implementation: none missing and none twice. The inbox
// must hold each alert once.
func TestAlertsOfARealDay(t *testing.T) {
	t.Parallel()
	w := start(t, pgtest.NewServer(t), []string{"identity", "tracking-ingest", "notifier"},
		"TERRENO_CLOCK_START="+time.Now().UTC().Format(time.RFC3339))
	var evaluators []*process
	for range 2 {
		p := &process{world: w, t: t, service: "geofence", addr: freeAddr(t), environ: []string{"TERRENO_DEMO_COMPANY=true"}}
		p.start()
		defer p.kill()
		evaluators = append(evaluators, p)
	}
	zones := w.demoZones(t)

	cfg := fleet(w.URL())
	cfg.Day = time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	ended := make(chan error, 1)
	go func() {
		_, err := fieldsim.Replay(t.Context(), cfg, nil, quiet())
		ended <- err
	}()
	// Two kills in a row hit both processes, so one of them hits the leader.
	for i, seq := range []int{100, 150, 300, 350} {
		eventually(t, 2*time.Minute, func() (bool, string) {
			n := w.evaluated(t)
			return n >= seq, fmt.Sprintf("evaluated up to sequence %d, waiting for %d to kill a process", n, seq)
		})
		evaluators[i%2].kill()
		evaluators[i%2].start()
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	w.checkAlerts(t, zones)
	w.checkNoDeadLetter(t)
}

// The demo of `make run`, sixty times as fast as real time: vehicles leave their zones and come back, the alerts are on the
// socket and in the inbox, the admin acknowledges one, and the sweep runs.
func TestTheDemoShowsAlerts(t *testing.T) {
	t.Parallel()
	w := start(t, pgtest.NewServer(t), nil, "TERRENO_DEMO_PHONES=true", "TERRENO_CLOCK_START=2015-06-07T12:00:00-05:00", "TERRENO_CLOCK_SPEED=60")
	admin := login(t, w.URL(), "demo", "admin", "demo")
	socket := openSocket(t, w.URL(), admin)
	eventually(t, 2*time.Minute, func() (bool, string) {
		raised, ended := len(socket.named("alerta:nueva")), len(socket.named("alerta:cerrada"))
		return raised > 0 && ended > 0, fmt.Sprintf("%d raised, %d ended", raised, ended)
	})
	var first struct{ ID string }
	if err := json.Unmarshal([]byte(socket.named("alerta:nueva")[0]), &first); err != nil {
		t.Fatal(err)
	}
	var a struct {
		Status, UserName string
		By               string `json:"acknowledged_by"`
	}
	eventually(t, time.Minute, func() (bool, string) {
		status := call(t, http.MethodGet, w.URL()+"/v1/alerts/"+first.ID, admin, nil, &a)
		return status == http.StatusOK, fmt.Sprintf("the alert is not in the inbox: %d", status)
	})
	if status := call(t, http.MethodPost, w.URL()+"/v1/alerts/"+first.ID+"/acknowledge", admin, map[string]string{"note": "voy"}, &a); status != http.StatusOK || a.Status != "reconocida" || a.By != "admin" {
		t.Errorf("acknowledge: %d %+v", status, a)
	}
	eventually(t, time.Minute, func() (bool, string) {
		return len(socket.named("alerta:actualizada")) > 0, "the socket did not receive the acknowledgement"
	})
	eventually(t, time.Minute, func() (bool, string) {
		var done int
		err := w.db.GetContext(t.Context(), &done, `SELECT count(*) FROM platform.job_run WHERE job = 'calcular-alertas-geocerca' AND state = 'done'`)
		return err == nil && done > 1, fmt.Sprintf("%d sweeps are done (%v)", done, err)
	})
}

// demoZones waits until the demo's zones are assigned. It returns them in the form of the second implementation, without the
// zones that have a schedule and without the users of these zones.
func (w *world) demoZones(t *testing.T) (zones []geofencetest.Zone) {
	t.Helper()
	eventually(t, time.Minute, func() (bool, string) {
		var n int
		err := w.db.GetContext(t.Context(), &n, `SELECT count(DISTINCT zone_id) FROM geofence.zone_user`)
		return err == nil && n == 6, fmt.Sprintf("%d of the demo's zones are assigned (%v)", n, err)
	})
	var rows []struct {
		ID, Geometry  string
		Radius, Width float64
		Users         string
	}
	err := w.db.SelectContext(t.Context(), &rows, `SELECT id, geometry, coalesce(radius_m, 0) AS radius, coalesce(width_m, 0) AS width,
		(SELECT string_agg(user_id, ' ') FROM geofence.zone_user u WHERE u.zone_id = z.id) AS users FROM geofence.zone z
		WHERE schedule::text = '[]'`) // The second implementation does not support schedules.
	if err != nil {
		t.Fatal(err)
	}
	scheduled := map[string]bool{}
	var names []string
	if err := w.db.SelectContext(t.Context(), &names, `SELECT user_id FROM geofence.zone_user JOIN geofence.zone ON id = zone_id WHERE schedule::text <> '[]'`); err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		scheduled[n] = true
	}
	for _, r := range rows {
		z := geofencetest.Zone{Company: "demo", ID: r.ID, Radius: r.Radius, Width: r.Width}
		z.Users = slices.DeleteFunc(strings.Fields(r.Users), func(u string) bool { return scheduled[u] })
		z.Polygons, z.Line = geometry(t, r.Geometry)
		zones = append(zones, z)
	}
	return zones
}

// geometry parses the geometry of a zone. It returns polygons, or the points of a line, or the centre of a circle.
func geometry(t *testing.T, text string) (polygons [][][]geofencetest.Point, line []geofencetest.Point) {
	t.Helper()
	var g struct {
		Type        string
		Coordinates json.RawMessage
	}
	if err := json.Unmarshal([]byte(text), &g); err != nil {
		t.Fatal(err)
	}
	raw := string(g.Coordinates)
	switch g.Type { // Add brackets, so that all types have the form of a MultiPolygon.
	case "Polygon":
		raw = "[" + raw + "]"
	case "LineString":
		raw = "[[" + raw + "]]"
	case "Point":
		raw = "[[[" + raw + "]]]"
	}
	var coordinates [][][][2]float64
	if err := json.Unmarshal([]byte(raw), &coordinates); err != nil {
		t.Fatal(err)
	}
	for _, p := range coordinates {
		var rings [][]geofencetest.Point
		for _, r := range p {
			var ring []geofencetest.Point
			for _, c := range r {
				ring = append(ring, geofencetest.Point{Lon: c[0], Lat: c[1]})
			}
			rings = append(rings, ring)
		}
		polygons = append(polygons, rings)
	}
	if g.Type == "LineString" || g.Type == "Point" {
		return nil, polygons[0][0]
	}
	return polygons, nil
}

// evaluated returns the last sequence of TRACKING that geofence has evaluated.
func (w *world) evaluated(t *testing.T) (seq int) {
	t.Helper()
	err := w.db.GetContext(t.Context(), &seq, `SELECT coalesce((SELECT seq FROM geofence.frontier WHERE stream = 'TRACKING'), 0)`)
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

// checkAlerts compares the alerts in ALERTS with the alerts that the second implementation derives from TRACKING, and then
// ALERTS with the inbox.
func (w *world) checkAlerts(t *testing.T, zones []geofencetest.Zone) {
	t.Helper()
	b := w.adminBus(t)
	end, err := b.StreamState(t.Context(), stream.Tracking)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, 2*time.Minute, func() (bool, string) {
		n := w.evaluated(t)
		return n >= int(end.LastSeq), fmt.Sprintf("evaluated up to sequence %d of %d", n, end.LastSeq)
	})
	eventually(t, time.Minute, func() (bool, string) {
		var waiting int
		err := w.db.GetContext(t.Context(), &waiting, `SELECT count(*) FROM geofence.outbox`)
		return err == nil && waiting == 0, fmt.Sprintf("%d events wait in the outbox (%v)", waiting, err)
	})
	compared := map[string]bool{}
	for _, z := range zones {
		for _, u := range z.Users {
			compared[u] = true
		}
	}
	removeDoubtful(t, compared, tracked(t, b, compared), zones)
	want, doubts := geofencetest.Alerts(tracked(t, b, compared), zones)
	if len(doubts) > 0 {
		t.Fatalf("%d positions are too close to a border to be decided", len(doubts))
	}
	got := published(t, b, compared)
	if len(want) < 50 {
		t.Fatalf("only %d events: too few for this test", len(want))
	}
	count := map[string]int{}
	for _, e := range want {
		count[line(e)]++
	}
	for _, e := range got {
		count[line(e)]--
	}
	for what, n := range count {
		switch {
		case n > 0:
			t.Errorf("missing: %s", what)
		case n < 0:
			t.Errorf("not expected, or published twice: %s", what)
		}
	}
	eventually(t, time.Minute, func() (bool, string) {
		var rows, open int
		err := w.db.QueryRowContext(t.Context(), `SELECT count(*), count(*) FILTER (WHERE ended_at IS NULL) FROM notifier.alert`).Scan(&rows, &open)
		raised := map[string]bool{}
		var ends int
		for _, e := range published(t, b, nil) {
			raised[e.User+e.Started.String()] = true
			if !e.Ended.IsZero() {
				ends++
			}
		}
		return err == nil && rows == len(raised) && open == rows-ends, fmt.Sprintf("the inbox has %d alerts, %d open; %d were published, %d ended (%v)", rows, open, len(raised), ends, err)
	})
}

// removeDoubtful removes the users of whom a position could be judged either way, because the two implementations may measure
// differently there. These users are few.
func removeDoubtful(t *testing.T, users map[string]bool, messages []geofencetest.Message, zones []geofencetest.Zone) {
	t.Helper()
	all := len(users)
	_, doubts := geofencetest.Alerts(messages, zones)
	for _, d := range doubts {
		delete(users, d.User)
	}
	if left := len(users); left < all*3/4 {
		t.Fatalf("only %d of %d users can be compared", left, all)
	}
}

func line(a geofencetest.Alert) string {
	return fmt.Sprintf("%s %s started %v raised %v ended %v late %v in %s %s", a.User, a.Event, a.Started.UTC(), a.Raised.UTC(), a.Ended.UTC(), a.Late, a.Zones, a.Reason)
}

// tracked returns all messages in TRACKING that are of the given users.
func tracked(t *testing.T, b *bus.Bus, users map[string]bool) (messages []geofencetest.Message) {
	t.Helper()
	each(t, b, stream.Tracking, func(m bus.Msg) {
		if !users[m.Subject.Entity()] {
			return
		}
		of, err := geofencetest.MessageOf(m.Subject.Tenant(), m.Subject.Entity(), m.Data)
		if err != nil {
			t.Fatal(err)
		}
		messages = append(messages, of)
	})
	return messages
}

// published returns geofence's events in ALERTS that are of the given users; nil means all users. If the outbox publishes an
// event again, the message has the same id, so the stream stores it once.
func published(t *testing.T, b *bus.Bus, users map[string]bool) (events []geofencetest.Alert) {
	t.Helper()
	each(t, b, stream.Alerts, func(m bus.Msg) {
		var a terrenov1.Alert
		if err := protojson.Unmarshal(m.Data, &a); err != nil {
			t.Fatal(err)
		}
		if m.Subject.Event() == "actualizada" || users != nil && !users[a.UserId] {
			return
		}
		e := geofencetest.Alert{
			Company: m.Subject.Tenant(), User: a.UserId, Event: m.Subject.Event(), Started: a.StartedAt.AsTime(), Raised: a.RaisedAt.AsTime(),
			Late: a.Late, Zones: strings.Join(a.Zones, ","), Reason: a.EndReason,
		}
		if a.EndedAt != nil {
			e.Ended = a.EndedAt.AsTime()
		}
		events = append(events, e)
	})
	return events
}

func each(t *testing.T, b *bus.Bus, name string, fn func(bus.Msg)) {
	t.Helper()
	for from := uint64(1); ; {
		m, ok, err := b.Next(t.Context(), name, ">", from)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return
		}
		fn(m)
		from = m.Seq + 1
	}
}
