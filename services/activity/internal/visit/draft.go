package visit

import (
	"fmt"
	"slices"
	"time"

	"github.com/terreno/terreno/pkg/text"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/activity/internal/place"
)

// What a visit is: one that is made at a site, or a task, which may have none.
const (
	KindVisit = "visita"
	KindTask  = "tarea"
)

// Priorities.
const (
	Low    = "low"
	Normal = "normal"
	High   = "high"
)

// Limits of a visit. Lengths are in characters.
const (
	MaxTitle    = 200
	MaxNotes    = 4000
	MaxReason   = 500
	MaxItems    = 50
	MaxItem     = 300
	MaxAnswer   = 1000
	MaxPhotos   = 20
	MaxExternal = place.MaxExternal
	// MaxWindow is the longest window. Lists rely on it.
	MaxWindow = 31 * 24 * time.Hour
	// furthestBack and furthestAhead limit when a window may begin.
	furthestBack  = 366 * 24 * time.Hour
	furthestAhead = 2 * furthestBack
)

// Item is a line of a checklist.
type Item struct {
	ID       string `json:"id"`
	Text     string `json:"text"`
	Required bool   `json:"required"`
}

// Details are what the office may change of a visit without an action on it.
type Details struct {
	ExternalID string
	Title      string
	Notes      string
	Priority   string
	// PlaceID is where it is, or Lat and Lon with RadiusM, or neither.
	PlaceID   string
	Lat, Lon  *float64
	RadiusM   *float64
	Checklist []Item
}

// Draft is a visit or a task as somebody plans it.
type Draft struct {
	Tipo string
	Details
	Window       Window
	Worker, Team string
}

// Clean returns the draft as it is stored, or a *place.FaultError.
func (d Draft) Clean(now time.Time) (Draft, error) {
	if d.Tipo != KindVisit && d.Tipo != KindTask {
		return d, &place.FaultError{Field: "tipo", Detail: "must be visita or tarea"}
	}
	if err := d.CheckSite(d.Tipo); err != nil {
		return d, err
	}
	for name, id := range map[string]string{"user_id": d.Worker, "team_id": d.Team} {
		if err := subject.CheckID(id); id != "" && err != nil {
			return d, &place.FaultError{Field: name, Detail: "must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -"}
		}
	}
	var err error
	if d.Window, err = d.Window.Clean(now); err != nil {
		return d, err
	}
	d.Details, err = d.Details.Clean()
	return d, err
}

// Clean returns a window in whole milliseconds, or a *place.FaultError.
func (w Window) Clean(now time.Time) (Window, error) {
	w.From, w.Until = w.From.UTC().Truncate(time.Millisecond), w.Until.UTC().Truncate(time.Millisecond)
	switch {
	case !w.Until.After(w.From):
		return w, &place.FaultError{Field: "until", Detail: "must come after from"}
	case w.Until.Sub(w.From) > MaxWindow:
		return w, &place.FaultError{Field: "until", Detail: "must be at most 31 days after from"}
	case w.From.Before(now.Add(-furthestBack)) || w.From.After(now.Add(furthestAhead)):
		return w, &place.FaultError{Field: "from", Detail: "must be at most a year back and two years ahead"}
	}
	return w, nil
}

// Clean returns the details as they are stored, or a *place.FaultError.
func (d Details) Clean() (_ Details, err error) {
	if d.Title, err = text.Line(d.Title, MaxTitle); err != nil {
		return d, &place.FaultError{Field: "title", Detail: err.Error()}
	}
	if d.Notes, err = text.Prose(d.Notes, MaxNotes); err != nil {
		return d, &place.FaultError{Field: "notes", Detail: err.Error()}
	}
	if d.ExternalID = text.Clean(d.ExternalID); d.ExternalID != "" {
		if d.ExternalID, err = text.Line(d.ExternalID, MaxExternal); err != nil {
			return d, &place.FaultError{Field: "external_id", Detail: err.Error()}
		}
	}
	if d.Priority == "" {
		d.Priority = Normal
	}
	if !slices.Contains([]string{Low, Normal, High}, d.Priority) {
		return d, &place.FaultError{Field: "priority", Detail: "must be low, normal or high"}
	}
	if err := d.cleanSite(); err != nil {
		return d, err
	}
	d.Checklist, err = cleanItems(d.Checklist)
	return d, err
}

// CheckSite returns a *place.FaultError for details without a site, unless they are those of a task.
func (d Details) CheckSite(tipo string) error {
	if tipo == KindVisit && d.PlaceID == "" && d.Lat == nil {
		return &place.FaultError{Field: "place_id", Detail: "is missing: a visit is at a place, or has a lat and a lon; a tarea needs neither"}
	}
	return nil
}

func (d *Details) cleanSite() error {
	switch {
	case (d.Lat == nil) != (d.Lon == nil):
		return &place.FaultError{Field: "lat", Detail: "and lon are sent together, or neither"}
	case d.PlaceID != "" && d.Lat != nil:
		return &place.FaultError{Field: "lat", Detail: "and lon are those of the place: send them, or place_id"}
	case d.Lat == nil && d.RadiusM != nil:
		return &place.FaultError{Field: "radius_m", Detail: "needs a lat and a lon: a place has a radius of its own"}
	case d.Lat == nil:
		return nil
	}
	if d.RadiusM == nil {
		radius := float64(place.DefaultRadiusM)
		d.RadiusM = &radius
	}
	if !(*d.RadiusM >= place.MinRadiusM && *d.RadiusM <= place.MaxRadiusM) {
		return &place.FaultError{Field: "radius_m", Detail: fmt.Sprintf("must be %d to %d metres", place.MinRadiusM, place.MaxRadiusM)}
	}
	return place.CheckPoint(*d.Lat, *d.Lon)
}

// cleanItems checks a checklist and gives each item without an id its number.
func cleanItems(items []Item) ([]Item, error) {
	if len(items) > MaxItems {
		return nil, &place.FaultError{Field: "checklist", Detail: fmt.Sprintf("must hold at most %d items", MaxItems)}
	}
	clean, seen := []Item{}, map[string]bool{}
	for i, item := range items {
		field := fmt.Sprintf("checklist[%d]", i)
		var err error
		if item.Text, err = text.Line(item.Text, MaxItem); err != nil {
			return nil, &place.FaultError{Field: field + ".text", Detail: err.Error()}
		}
		if item.ID == "" {
			item.ID = fmt.Sprint(i + 1)
		}
		if subject.CheckID(item.ID) != nil || seen[item.ID] {
			return nil, &place.FaultError{Field: field + ".id", Detail: "must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -, and no other item's"}
		}
		seen[item.ID] = true
		clean = append(clean, item)
	}
	return clean, nil
}

// Answer is what somebody answered to an item. An empty value takes an earlier answer back.
type Answer struct {
	Item  string `json:"item"`
	Value string `json:"value"`
}

// Answered is the answer to an item that counts.
type Answered struct {
	Value string    `json:"value"`
	At    time.Time `json:"at"`
	By    string    `json:"by"`
}

// CleanAnswers returns answers as they are stored, or a *place.FaultError.
func CleanAnswers(answers []Answer) ([]Answer, error) {
	if len(answers) > MaxItems {
		return nil, &place.FaultError{Field: "answers", Detail: fmt.Sprintf("must hold at most %d answers", MaxItems)}
	}
	var clean []Answer
	for i, a := range answers {
		var err error
		if a.Value, err = text.Prose(a.Value, MaxAnswer); err != nil {
			return nil, &place.FaultError{Field: fmt.Sprintf("answers[%d].value", i), Detail: err.Error()}
		}
		if subject.CheckID(a.Item) != nil {
			return nil, &place.FaultError{Field: fmt.Sprintf("answers[%d].item", i), Detail: "must be the id of an item"}
		}
		clean = append(clean, a)
	}
	return clean, nil
}

// Answers returns the answers to a checklist that count, by item: of several to one item the one that was given last. log is the
// log of Fold. Answers to other items, and those of somebody who did not have the visit, do not count.
func Answers(items []Item, log []Entry) map[string]Answered {
	counts := map[string]Answered{}
	for _, e := range log {
		if e.Rule == RuleNotAssigned {
			continue
		}
		for _, a := range e.Answers {
			if !slices.ContainsFunc(items, func(i Item) bool { return i.ID == a.Item }) {
				continue
			}
			if a.Value == "" {
				delete(counts, a.Item)
				continue
			}
			counts[a.Item] = Answered{a.Value, e.At, e.By}
		}
	}
	return counts
}

// Missing returns how many required items have no answer. A check-out is never refused for them, because the phone may have been offline.
func Missing(items []Item, answered map[string]Answered) (n int) {
	for _, i := range items {
		if _, ok := answered[i.ID]; i.Required && !ok {
			n++
		}
	}
	return n
}
