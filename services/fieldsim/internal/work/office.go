package work

import (
	"encoding/csv"
	"fmt"
	"strings"
	"time"
)

// Set is something that the office of the demo sets up once: hours, holidays, or visits that repeat themselves.
type Set struct {
	Path string
	// Key is the idempotency key of what is posted. What has none is put.
	Key  string
	Body any
}

// Window is planned work on a day of the week, as PUT /v1/shift-plans takes it. Day 1 is Monday.
type Window struct {
	Day  int    `json:"day"`
	From string `json:"from"`
	To   string `json:"to"`
}

// Version 0 says that nothing is there yet. What somebody has changed is refused, and stays as they left it.
type (
	week struct {
		Windows []Window `json:"windows"`
		Version int      `json:"version"`
	}
	holiday struct {
		Date string `json:"date"`
		Name string `json:"name"`
	}
	holidays struct {
		Holidays []holiday `json:"holidays"`
		Version  int       `json:"version"`
	}
	series struct {
		Visit     visitOfSeries `json:"visit"`
		Rule      string        `json:"rule"`
		FirstDate string        `json:"first_date"`
		From      string        `json:"from"`
		Until     string        `json:"until"`
	}
	visitOfSeries struct {
		Title     string `json:"title"`
		PlaceID   string `json:"place_id"`
		UserID    string `json:"user_id,omitempty"`
		TeamID    string `json:"team_id,omitempty"`
		Checklist []Item `json:"checklist"`
	}
)

// laterTeam is the team of the demo that has hours of its own, with a break.
const laterTeam = "sur"

// Setup returns what the office sets up beside places and visits. today is the midnight at which the day begins. The hours fit what
// the phones do (slots): most are on time, a few come late, and some work longer.
func Setup(visits []Visit, today time.Time) []Set {
	company, team := week{}, week{}
	for day := 1; day <= 7; day++ {
		from := "08:00"
		if day == 7 {
			from = "09:00"
		}
		company.Windows = append(company.Windows, Window{day, from, "18:00"})
		team.Windows = append(team.Windows, Window{day, "10:00", "14:00"}, Window{day, "15:00", "19:30"})
	}
	free := time.Date(today.Year(), time.July, 4, 0, 0, 0, 0, today.Location())
	if free.Before(today) {
		free = free.AddDate(1, 0, 0)
	}
	all := []Set{
		{Path: "/v1/shift-plans/company", Body: company},
		{Path: "/v1/shift-plans/team/" + laterTeam, Body: team},
		{Path: "/v1/holidays", Body: holidays{Holidays: []holiday{{free.Format(time.DateOnly), "Día de la Independencia"}}}},
	}
	if len(visits) == 0 {
		return all
	}
	// Each Monday. One has a worker, and the other waits in its team until a supervisor gives it to somebody.
	first, last := visits[0], visits[len(visits)-1]
	for i, v := range []visitOfSeries{{PlaceID: first.PlaceID, UserID: first.UserID}, {PlaceID: last.PlaceID, TeamID: laterTeam}} {
		v.Title, v.Checklist = "Mantenimiento semanal", []Item{{ID: "filtros", Text: "Cambiar filtros", Required: true}, {ID: "firma", Text: "Nombre de quien recibe", Required: true}}
		all = append(all, Set{Path: "/v1/activity-series", Key: fmt.Sprintf("demo-series-%d", i+1), Body: series{
			Visit: v, Rule: "FREQ=WEEKLY;BYDAY=MO;UNTIL=" + today.AddDate(1, 0, 0).Format("20060102"), FirstDate: today.Format(time.DateOnly), From: "16:30", Until: "18:00",
		}})
	}
	return all
}

// The addresses of the demo are invented, as are the names of its places.
var (
	streets = []string{"Calle del Olmo", "Avenida de los Nogales", "Calle Molino Viejo", "Calzada del Puente", "Calle Ocho de Mayo", "Privada del Encino", "Avenida Central", "Calle Campanario", "Callejón del Agua", "Calle La Noria", "Paseo del Arroyo"}
	areas   = []string{"Centro", "Lomas del Río", "El Mirador", "San Isidro", "Las Huertas", "Vista Alegre", "La Estación"}
)

func address(i int) string {
	return fmt.Sprintf("%s %d, Col. %s", streets[i%len(streets)], 12+i*37%880, areas[i%len(areas)])
}

// Places returns the places of visits as a table for POST /v1/places/import.
func Places(visits []Visit) []byte {
	var text strings.Builder
	w := csv.NewWriter(&text)
	write := func(cells ...string) { _ = w.Write(cells) } // a strings.Builder takes everything
	write("id", "name", "address", "lat", "lon", "radius_m")
	for i, v := range visits {
		write(v.PlaceID, kinds[i%len(kinds)]+" "+names[i/len(kinds)%len(names)], address(i), fmt.Sprintf("%.5f", v.fix.Lat), fmt.Sprintf("%.5f", v.fix.Lon), "80")
	}
	w.Flush()
	return []byte(text.String())
}
