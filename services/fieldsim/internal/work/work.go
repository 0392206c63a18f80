// Package work plans what the people of a fleet do on a day beside moving: the places and visits that their office gives them, and
// what their phones report about visits and shifts. It is pure: the same trace and day give the same plan.
//
// A visit is at the place where the trace has its worker at that time. So the phone really is there when it reports the arrival.
// A few workers forget something, as people do: a check-out, a whole visit, or the end of a shift. The close of the day finds it.
package work

import (
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/trace"
)

// Member is somebody with a phone.
type Member struct {
	Login, Device string
	// Fixes of one period of the trace, oldest first.
	Fixes []trace.Fix
}

// Visit is a visit as POST /v1/activities/bulk takes it.
type Visit struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	Priority  string    `json:"priority"`
	PlaceID   string    `json:"place_id"`
	UserID    string    `json:"user_id"`
	From      time.Time `json:"from"`
	Until     time.Time `json:"until"`
	Checklist []Item    `json:"checklist"`

	at      time.Time
	fix     trace.Fix
	forgets forgotten
}

// Item is a line of a checklist.
type Item struct {
	ID       string `json:"id"`
	Text     string `json:"text"`
	Required bool   `json:"required"`
}

// Action is something that a phone reports, due at an instant of domain time.
type Action struct {
	// Due is when the phone sends it, which may be long after it happened.
	Due  time.Time
	Path string
	Key  string
	// Body is a Report about a visit or a shift, or what the phone says of itself.
	Body any
	// Photo says that the phone sends a photo, with what its Report says in the address.
	Photo bool
}

// Report is what a phone says about a visit or a shift.
type Report struct {
	OccurredAt time.Time `json:"occurred_at"`
	DeviceID   string    `json:"device_id"`
	Lat        *float64  `json:"lat,omitempty"`
	Lon        *float64  `json:"lon,omitempty"`
	AccuracyM  *float64  `json:"accuracy_m,omitempty"`
	Answers    []Answer  `json:"answers,omitempty"`
}

// Answer is an answer to a checklist.
type Answer struct {
	Item  string `json:"item"`
	Value string `json:"value"`
}

type forgotten int

const (
	nothing forgotten = iota
	theCheckOut
	theVisit
)

// slots are the times of day of a worker's visits.
var slots = []time.Duration{8*time.Hour + 20*time.Minute, 10*time.Hour + 35*time.Minute, 13*time.Hour + 5*time.Minute, 15*time.Hour + 30*time.Minute, 18 * time.Hour}

const (
	// near is how far in time a fix may lie from the arrival whose place it gives.
	near = 8 * time.Minute
	// withoutSignal is how late a phone reports that had no signal.
	withoutSignal = 35 * time.Minute
)

var (
	kinds     = []string{"Farmacia", "Panadería", "Ferretería", "Clínica", "Colegio", "Bodega", "Taller", "Mercado"}
	names     = []string{"San José", "La Esperanza", "Del Río", "El Roble", "Guadalupe", "Santa Rita", "Los Álamos", "La Ñapa", "Buenavista", "San Martín", "El Águila", "Las Peñas", "Monserrat", "La Unión", "Jiménez", "El Porvenir", "La Cañada", "Los Nogales", "San Ángel", "La Colina", "El Mirador", "Acuña", "Santa Lucía", "Las Flores", "El Encino"}
	titles    = []string{"Entrega de pedido", "Revisión de equipos", "Visita de venta", "Inventario", "Mantenimiento preventivo", "Toma de lectura"}
	checklist = []Item{{ID: "foto", Text: "Foto de la fachada"}, {ID: "firma", Text: "Nombre de quien recibe", Required: true}}
)

// Visits returns the visits of all members on the day that begins at midnight. shift is how far that day lies from the day of the trace.
func Visits(members []Member, midnight time.Time, shift time.Duration) []Visit {
	var all []Visit
	for i, m := range members {
		for n, slot := range slots {
			at := midnight.Add(slot + time.Duration(i*17%50)*time.Minute)
			fix, ok := fixAt(m.Fixes, at.Add(-shift))
			if !ok {
				continue
			}
			x := draw(m.Login, n, midnight)
			v := Visit{
				ID: fmt.Sprintf("demo-%s-%s-%d", midnight.Format("20060102"), m.Login, n+1), Title: titles[(i+n)%len(titles)], Priority: "normal",
				PlaceID: placeID(m, n), UserID: m.Login, From: at.Add(-30 * time.Minute), Until: at.Add(time.Hour), Checklist: checklist, at: at, fix: fix,
			}
			switch {
			case x%11 == 3:
				v.forgets = theCheckOut
			case x%13 == 5:
				v.forgets = theVisit
			}
			if x%9 == 1 {
				v.Priority = "high"
			}
			all = append(all, v)
		}
	}
	return all
}

func placeID(m Member, slot int) string { return fmt.Sprintf("sitio-%s-%d", m.Login, slot+1) }

// fixAt returns the fix that is nearest to an instant, if one is near.
func fixAt(fixes []trace.Fix, at time.Time) (best trace.Fix, ok bool) {
	least := near
	for _, f := range fixes {
		if d := f.RecordedAt.Sub(at).Abs(); d < least && (f.Lat != 0 || f.Lon != 0) {
			best, least, ok = f, d, true
		}
	}
	return best, ok
}

// Actions returns what a member reports on a day, in the order in which it is sent. visits are those of the day; those of others are
// left out. The shift begins before the first visit, or with the first fix of the day, and ends after the last.
func Actions(m Member, visits []Visit) []Action {
	var all []Action
	mine := slices.DeleteFunc(slices.Clone(visits), func(v Visit) bool { return v.UserID != m.Login })
	if len(mine) == 0 {
		return nil
	}
	first, last := mine[0].at.Add(-time.Hour), mine[len(mine)-1].at.Add(50*time.Minute)
	day := mine[0].ID[:len("demo-20060102")]
	shift := func(what string, at time.Time) {
		all = append(all, Action{Due: at, Path: "/v1/shifts/" + what, Key: day + "-" + m.Login + "-" + what, Body: Report{OccurredAt: at, DeviceID: m.Device}})
	}
	shift("start", first)
	if noon := mine[len(mine)/2].at.Add(-50 * time.Minute); noon.After(first) {
		shift("pause", noon)
		shift("resume", noon.Add(20*time.Minute))
	}
	if draw(m.Login, 99, mine[0].at)%9 != 4 { // or it is forgotten
		shift("end", last)
	}
	for n, v := range mine {
		all = append(all, v.actions(m.Device, first.Add(time.Duration(n+1)*time.Minute))...)
	}
	slices.SortStableFunc(all, func(a, b Action) int { return a.Due.Compare(b.Due) })
	return all
}

// actions returns what a worker reports about a visit that is accepted at an instant.
func (v Visit) actions(device string, accepted time.Time) []Action {
	late := time.Duration(0)
	if draw(v.ID, 1, v.at)%10 == 0 {
		late = withoutSignal
	}
	act := func(what string, at time.Time, body Report) Action {
		body.OccurredAt, body.DeviceID = at, device
		return Action{Due: at.Add(late), Path: "/v1/activities/" + v.ID + "/" + what, Key: v.ID + "-" + what, Body: body}
	}
	lat, lon, accuracy := v.fix.Lat, v.fix.Lon, 12.0
	all := []Action{act("accept", accepted, Report{})}
	if v.forgets == theVisit {
		return all
	}
	all = append(all,
		act("set-out", v.at.Add(-18*time.Minute), Report{}),
		act("check-in", v.at, Report{Lat: &lat, Lon: &lon, AccuracyM: &accuracy}))
	if draw(v.ID, 3, v.at)%3 == 0 {
		p := act("photos", v.at.Add(2*time.Minute), Report{})
		p.Photo = true
		all = append(all, p)
	}
	if v.forgets != theCheckOut {
		all = append(all, act("check-out", v.at.Add(time.Duration(10+draw(v.ID, 2, v.at)%25)*time.Minute), Report{Answers: []Answer{{"firma", "Recepción"}, {"foto", "sí"}}}))
	}
	return all
}

// draw returns a number that depends on nothing but its arguments.
func draw(name string, n int, at time.Time) int {
	h := fnv.New32a()
	_, _ = fmt.Fprintf(h, "%s %d %d", name, n, at.Unix())
	return int(h.Sum32() >> 1)
}
