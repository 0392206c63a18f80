package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/activity/internal/day"
	"github.com/terreno/terreno/services/activity/internal/place"
	"github.com/terreno/terreno/services/activity/internal/store"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

// ActivityItem is a line of the checklist that a client writes.
type ActivityItem struct {
	ID       string `json:"id,omitempty" maxLength:"64" doc:"unique in the checklist; its number when left out"`
	Text     string `json:"text" maxLength:"300" example:"Foto de la fachada"`
	Required bool   `json:"required,omitempty"`
}

// ActivityDetails are what a client writes of a visit and may change later.
type ActivityDetails struct {
	ExternalID string         `json:"external_id,omitempty" maxLength:"64" doc:"the company's own name for it, unique in the company"`
	Title      string         `json:"title" maxLength:"200" example:"Revisar la bomba"`
	Notes      string         `json:"notes,omitempty" maxLength:"4000"`
	Priority   string         `json:"priority,omitempty" enum:"low,normal,high" doc:"normal when left out"`
	PlaceID    string         `json:"place_id,omitempty" maxLength:"64" doc:"where it is; or lat and lon"`
	Lat        *float64       `json:"lat,omitempty" minimum:"-90" maximum:"90"`
	Lon        *float64       `json:"lon,omitempty" minimum:"-180" maximum:"180"`
	RadiusM    *float64       `json:"radius_m,omitempty" minimum:"5" maximum:"5000" doc:"with lat and lon; 100 when left out"`
	Checklist  []ActivityItem `json:"checklist,omitempty" nullable:"false" maxItems:"50"`
}

// ActivityWindow is when a visit is to be done: a day, or two instants.
type ActivityWindow struct {
	Day   string    `json:"day,omitempty" format:"date" doc:"at whatever hour of this day of the company: until its close" example:"2026-03-09"`
	From  time.Time `json:"from,omitzero" doc:"in place of day, with until"`
	Until time.Time `json:"until,omitzero"`
}

// NewActivity is a visit or a task that a client wants to make.
type NewActivity struct {
	ID   string `json:"id,omitempty" maxLength:"64" doc:"unique in the company: A-Z, a-z, 0-9, _ and -; made up when left out"`
	Tipo string `json:"tipo,omitempty" enum:"visita,tarea" doc:"visita when left out; a tarea needs no place"`
	ActivityDetails
	ActivityWindow
	UserID string `json:"user_id,omitempty" maxLength:"64" doc:"the worker"`
	TeamID string `json:"team_id,omitempty" maxLength:"64" doc:"the team whose supervisors look after it"`
}

// ActivityEdit is what a client writes over the details of a visit.
type ActivityEdit struct {
	ActivityDetails
	Version int64 `json:"version" minimum:"1" doc:"of the visit that was edited: the edit is refused with the current visit when it is another by now"`
}

type (
	// ActivityID is in the address.
	ActivityID struct {
		ID string `path:"id" maxLength:"64"`
	}
	activitiesInput struct {
		httpx.Page
		Day        string    `query:"day" format:"date" doc:"whose window overlaps this day of the company"`
		From       time.Time `query:"from" doc:"whose window ends after this"`
		To         time.Time `query:"to" doc:"whose window begins before this"`
		User       string    `query:"user" maxLength:"64" doc:"of this worker"`
		Team       string    `query:"team" maxLength:"64" doc:"given to this team, or of a worker who is in it now"`
		State      string    `query:"state" enum:"pendiente,aceptada,en_ruta,en_sitio,completada,incompleta,cancelada"`
		Open       string    `query:"open" enum:"true,false" doc:"true: only what has not ended"`
		Unassigned string    `query:"unassigned" enum:"true,false" doc:"true: only what has no worker"`
		Objected   string    `query:"objected" enum:"true,false" doc:"true: only what has an objection that nobody has answered"`
		Place      string    `query:"place" maxLength:"64"`
		Tipo       string    `query:"tipo" enum:"visita,tarea"`
		External   string    `query:"external_id" maxLength:"64"`
		Series     string    `query:"series" maxLength:"64" doc:"of this series"`
		Box        string    `query:"bbox" maxLength:"128" doc:"west,south,east,north in degrees: whose site is in this box" example:"-74.2,4.5,-74.0,4.8"`
	}
	// ActivityList is a page of visits and tasks.
	ActivityList struct {
		Activities []Activity `json:"activities"`
		Next       string     `json:"next,omitempty" doc:"cursor of the next page; absent on the last page"`
	}
	activitiesOutput    struct{ Body ActivityList }
	activityOutput      struct{ Body ActivityDetail }
	createActivityInput struct {
		httpx.Keyed
		Body NewActivity
	}
	editActivityInput struct {
		ActivityID
		Body ActivityEdit
	}
	editActivityOutput struct{ Body Activity }
)

func (s *service) registerActivities(a *httpx.API) {
	op := func(method, path, id, summary string, roles ...string) httpx.Operation {
		return httpx.Operation{
			ID: id, Method: method, Path: path, Summary: summary, Tags: []string{"activities"}, Security: httpx.Roles(roles...), Refuse: problem,
		}
	}
	httpx.Handle(a, op(http.MethodGet, "/v1/activities", "list-activities", "The visits and tasks that you may see, by the beginning of their window"), s.activities)
	create := op(http.MethodPost, "/v1/activities", "create-activity", "Make a visit or a task", office...)
	create.Status = http.StatusCreated
	httpx.Handle(a, create, s.createActivity)
	bulk := op(http.MethodPost, "/v1/activities/bulk", "create-activities", "Make up to 1,000 visits and tasks. Each is judged alone: a mistake in one does not refuse the others", office...)
	bulk.MaxBodyBytes = maxBulkBytes
	httpx.Handle(a, bulk, s.createActivities)
	s.registerActivityFiles(a)
	httpx.Handle(a, op(http.MethodGet, "/v1/activities/{id}", "get-activity", "One visit or task with its checklist and its log"), s.activity)
	httpx.Handle(a, op(http.MethodPut, "/v1/activities/{id}", "edit-activity", "Replace the details of a visit: what it is, and where", office...), s.editActivity)
	s.registerActions(a, op)
	s.registerPhotos(a, op)
}

// window reads when a visit is to be done. field is the part of the request that holds it.
func (w ActivityWindow) window(closing day.Close, field string) (visit.Window, error) {
	switch {
	case w.Day == "" && w.From.IsZero() && w.Until.IsZero():
		return visit.Window{}, httpx.Invalid(field+"day", "Send a day, or from and until.")
	case w.Day != "" && (!w.From.IsZero() || !w.Until.IsZero()):
		return visit.Window{}, httpx.Invalid(field+"day", "Send a day, or from and until, and not both.")
	case w.Day == "":
		return visit.Window{From: w.From, Until: w.Until}, nil
	}
	window, err := closing.Window(w.Day)
	if err != nil {
		return visit.Window{}, httpx.Invalid(field+"day", "The day must be a date such as 2026-03-08.")
	}
	return window, nil
}

func (d ActivityDetails) details() visit.Details {
	items := []visit.Item{}
	for _, i := range d.Checklist {
		items = append(items, visit.Item(i))
	}
	return visit.Details{
		ExternalID: d.ExternalID, Title: d.Title, Notes: d.Notes, Priority: d.Priority, PlaceID: d.PlaceID, Lat: d.Lat, Lon: d.Lon,
		RadiusM: d.RadiusM, Checklist: items,
	}
}

// wish checks what a client wants to make. field is the part of the request that holds it.
func (n NewActivity) wish(closing day.Close, now time.Time, field string) (w store.NewVisit, err error) {
	if w.ID, err = newID(n.ID, field+"id"); err != nil {
		return w, err
	}
	w.Draft = visit.Draft{Tipo: n.Tipo, Details: n.details(), Worker: n.UserID, Team: n.TeamID}
	if w.Tipo == "" {
		w.Tipo = visit.KindVisit
	}
	if w.Window, err = n.window(closing, field); err != nil {
		return w, err
	}
	w.Day = n.Day // The store knows the close of its team.
	w.Draft, err = w.Clean(now)
	return w, faultAt(field, err)
}

// faultAt makes a problem of what is wrong with a field.
func faultAt(field string, err error) error {
	if f, ok := errors.AsType[*place.FaultError](err); ok {
		return httpx.Faulty(field+f.Field, f.Detail)
	}
	return err
}

func (s *service) activities(ctx context.Context, who auth.Claims, in *activitiesInput) (*activitiesOutput, error) {
	after, err := httpx.DecodeCursor[store.VisitMark](in.Cursor)
	if err != nil {
		return nil, err
	}
	f := store.VisitFilter{
		User: in.User, Team: in.Team, State: in.State, Place: in.Place, Tipo: in.Tipo, External: in.External, Series: in.Series,
		Unassigned: in.Unassigned == "true", Open: in.Open == "true", Objected: in.Objected == "true",
	}
	if f.From, f.Until, err = httpx.Period(in.From, in.To); err != nil {
		return nil, err
	}
	if in.Day != "" {
		if f.From != nil || f.Until != nil {
			return nil, httpx.Invalid("query.day", "Send a day, or from and to, and not both.")
		}
		from, until, err := day.Bounds(in.Day, s.store.Zone(who.Company))
		if err != nil {
			return nil, httpx.Invalid("query.day", "The day must be a date such as 2026-03-08.")
		}
		f.From, f.Until = &from, &until
	}
	if in.Box != "" {
		n, err := numbers("bbox", in.Box, 180, 90, 180, 90)
		if err != nil {
			return nil, err
		}
		f.Box = &store.Box{West: n[0], South: n[1], East: n[2], North: n[3]}
	}
	rows, err := s.store.Visits(ctx, who, f, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &activitiesOutput{}
	rows, out.Body.Next = httpx.Cut(rows, in.Limit, func(last store.Visit) store.VisitMark { return store.VisitMark{From: &last.From, ID: last.ID} })
	out.Body.Activities = make([]Activity, len(rows))
	for i, v := range rows {
		out.Body.Activities[i] = activityOf(v)
	}
	return out, nil
}

func (s *service) activity(ctx context.Context, who auth.Claims, in *ActivityID) (*activityOutput, error) {
	v, log, err := s.store.Visit(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	return &activityOutput{ActivityDetail{Activity: activityOf(v), Contact: v.PlaceContact, Checklist: checklistOf(v), History: entriesOf(log, who)}}, nil
}

func (s *service) createActivity(ctx context.Context, who auth.Claims, in *createActivityInput) (out *httpx.Answer[Activity], err error) {
	closing, err := s.store.Close(ctx, who.Company)
	if err != nil {
		return nil, err
	}
	wish, err := in.Body.wish(closing, s.clock.Now(), "body.")
	if err != nil {
		return nil, err
	}
	return change.OnceIn(ctx, s.changes, who, in.Keyed, "create-activity", in.Body, http.StatusCreated, func(ch *change.Change) (Activity, error) {
		made, err := s.store.CreateVisits(ctx, ch, who, []store.NewVisit{wish})
		if err != nil {
			return Activity{}, err
		}
		return activityOf(made[0].Visit), made[0].Err
	})
}

func (s *service) editActivity(ctx context.Context, who auth.Claims, in *editActivityInput) (*editActivityOutput, error) {
	details, err := in.Body.details().Clean()
	if err != nil {
		return nil, faultAt("body.", err)
	}
	out := &editActivityOutput{}
	return out, s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		v, err := s.store.EditVisit(ctx, ch, who, in.ID, details, in.Body.Version)
		out.Body = activityOf(v)
		return faultAt("body.", err)
	})
}
