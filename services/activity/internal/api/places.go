package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/activity/internal/place"
	"github.com/terreno/terreno/services/activity/internal/store"
)

// NewPlace is what a client writes of a place.
type NewPlace struct {
	ID         string  `json:"id,omitempty" maxLength:"64" doc:"unique in the company: A-Z, a-z, 0-9, _ and -; made up when left out"`
	ExternalID string  `json:"external_id,omitempty" maxLength:"64" doc:"the company's own name for it, unique in the company" example:"CLI-00123"`
	Name       string  `json:"name" maxLength:"200" example:"Panadería La Ñapa"`
	Address    string  `json:"address,omitempty" maxLength:"300" example:"Calle 100 # 11-20, Bogotá"`
	Contact    string  `json:"contact,omitempty" maxLength:"300" doc:"whom to ask for, and how to reach them" example:"María Núñez, 300 123 4567"`
	Notes      string  `json:"notes,omitempty" maxLength:"2000"`
	Lat        float64 `json:"lat" minimum:"-90" maximum:"90"`
	Lon        float64 `json:"lon" minimum:"-180" maximum:"180"`
	RadiusM    float64 `json:"radius_m,omitempty" minimum:"5" maximum:"5000" doc:"whoever is within it is at the place, metres; 100 when left out"`
	Archived   bool    `json:"archived,omitempty" doc:"it is hidden from lists and gets no new visits"`
	Version    int64   `json:"version,omitempty" doc:"a replacement needs it: of the place that you saw; 409 with the current place when it is another by now"`
}

// Place is a customer's site.
type Place struct {
	ID         string             `json:"id"`
	ExternalID string             `json:"external_id"`
	Name       string             `json:"name"`
	Address    string             `json:"address"`
	Contact    string             `json:"contact"`
	Notes      string             `json:"notes"`
	Lat        float64            `json:"lat"`
	Lon        float64            `json:"lon"`
	RadiusM    float64            `json:"radius_m"`
	Archived   bool               `json:"archived"`
	Version    int64              `json:"version"`
	CreatedAt  clientjson.Instant `json:"created_at"`
	UpdatedAt  clientjson.Instant `json:"updated_at"`
	UpdatedBy  string             `json:"updated_by" doc:"id of a user"`
	DistanceM  *float64           `json:"distance_m,omitempty" doc:"from the point of the list"`
}

func placeOf(p store.Place) Place {
	return Place{
		ID: p.ID, ExternalID: p.ExternalID, Name: p.Name, Address: p.Address, Contact: p.Contact, Notes: p.Notes, Lat: p.Lat, Lon: p.Lon,
		RadiusM: p.RadiusM, Archived: p.Archived, Version: p.Version, CreatedAt: clientjson.At(p.CreatedAt),
		UpdatedAt: clientjson.At(p.UpdatedAt), UpdatedBy: p.UpdatedBy, DistanceM: p.DistanceM,
	}
}

// draft checks what a client wrote.
func (n NewPlace) draft() (place.Draft, error) {
	d, err := place.Draft{
		ExternalID: n.ExternalID, Name: n.Name, Address: n.Address, Contact: n.Contact, Notes: n.Notes, Lat: n.Lat, Lon: n.Lon,
		RadiusM: n.RadiusM, Archived: n.Archived,
	}.Clean()
	if f, ok := errors.AsType[*place.FaultError](err); ok {
		return d, httpx.Faulty("body."+f.Field, f.Detail)
	}
	return d, err
}

type (
	// PlaceID is in the address.
	PlaceID struct {
		ID string `path:"id" maxLength:"64"`
	}
	placesInput struct {
		httpx.Page
		Search   string  `query:"q" maxLength:"200" doc:"words that must all be in the name, the address, the contact or the external id; capitals and accents make no difference" example:"panaderia calle 100"`
		External string  `query:"external_id" maxLength:"64"`
		Archived string  `query:"archived" enum:"true,false" doc:"true: archived places too"`
		Near     string  `query:"near" maxLength:"64" doc:"latitude,longitude: the places around this point, the nearest first" example:"4.65,-74.08"`
		WithinM  float64 `query:"within_m" minimum:"1" maximum:"100000" default:"50000" doc:"how far from the point, metres"`
	}
	// PlaceList is a page of places.
	PlaceList struct {
		Places []Place `json:"places"`
		Next   string  `json:"next,omitempty" doc:"cursor of the next page; absent on the last page"`
	}
	placesOutput     struct{ Body PlaceList }
	placeOutput      struct{ Body Place }
	createPlaceInput struct {
		httpx.Keyed
		Body NewPlace
	}
	replacePlaceInput struct {
		PlaceID
		Body NewPlace
	}
)

var placeRefusals = httpx.Refusals{
	{Err: store.ErrNoPlace, Status: http.StatusNotFound, Code: "place_not_found", Detail: "The company has no such place. List the places to find its id."},
	{Err: store.ErrIDTaken, Status: http.StatusConflict, Code: "id_taken", Detail: "Another place of the company has this id."},
	{Err: store.ErrExternalTaken, Status: http.StatusConflict, Code: "external_id_taken", Detail: "Another place of the company has this external_id. List the places with it, and change that one."},
	{Err: store.ErrVersionMissing, Status: http.StatusUnprocessableEntity, Code: "version_required", Detail: "Send the version of the place that you saw: somebody else may have changed it meanwhile."},
	{Err: store.ErrPlaceChanged, Status: http.StatusConflict, Code: "place_changed", Detail: "Somebody changed this place meanwhile. Load it again and repeat your change."},
	{
		Err: store.ErrTooManyPlaces, Status: http.StatusConflict, Code: "too_many_places",
		Detail: fmt.Sprintf("A company may have %d places, archived ones included. Write new ones over those that are archived.", store.MaxPlaces),
	},
}

// placeProblem makes a problem of what the store refuses of a place.
func placeProblem(err error) error {
	if c, ok := errors.AsType[*store.PlaceConflictError](err); ok {
		return httpx.Problem(http.StatusConflict, "place_changed",
			fmt.Sprintf("%s changed it meanwhile, at %s. current is how it is now: repeat your change on it.", who(c.Current.UpdatedBy), c.Current.UpdatedAt.UTC().Format(changedAt)),
			httpx.Current(placeOf(c.Current)))
	}
	return placeRefusals.Problem(err)
}

func (s *service) registerPlaces(a *httpx.API) {
	op := func(method, path, id, summary string) httpx.Operation {
		return httpx.Operation{
			ID: id, Method: method, Path: path, Summary: summary, Tags: []string{"places"}, Security: httpx.Roles(office...), Refuse: placeProblem,
		}
	}
	httpx.Handle(a, op(http.MethodGet, "/v1/places", "list-places", "The company's places, by name or by distance from a point"), s.places)
	create := op(http.MethodPost, "/v1/places", "create-place", "Add a place")
	create.Status = http.StatusCreated
	httpx.Handle(a, create, s.createPlace)
	s.registerPlaceFiles(a)
	httpx.Handle(a, op(http.MethodGet, "/v1/places/{id}", "get-place", "One place, also an archived one"), s.place)
	httpx.Handle(a, op(http.MethodPut, "/v1/places/{id}", "replace-place", "Replace a place. Its visits move with it"), s.replacePlace)
	httpx.Handle(a, op(http.MethodDelete, "/v1/places/{id}", "archive-place", "Archive a place: it is hidden from lists and gets no new visits. Its visits stay"), s.archivePlace)
}

func (s *service) places(ctx context.Context, who auth.Claims, in *placesInput) (*placesOutput, error) {
	after, err := httpx.DecodeCursor[store.PlaceMark](in.Cursor)
	if err != nil {
		return nil, err
	}
	f := store.PlaceFilter{Archived: in.Archived == "true", Search: in.Search, External: in.External, WithinM: in.WithinM}
	if in.Near != "" {
		n, err := numbers("near", in.Near, 90, 180)
		if err != nil {
			return nil, err
		}
		f.Near = &store.Point{Lat: n[0], Lon: n[1]}
	}
	rows, err := s.store.Places(ctx, who.Company, f, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &placesOutput{}
	rows, out.Body.Next = httpx.Cut(rows, in.Limit, func(last store.Place) store.PlaceMark {
		if last.DistanceM != nil {
			return store.PlaceMark{Distance: *last.DistanceM, ID: last.ID}
		}
		return store.PlaceMark{Key: last.NameKey, ID: last.ID}
	})
	out.Body.Places = make([]Place, len(rows))
	for i, p := range rows {
		out.Body.Places[i] = placeOf(p)
	}
	return out, nil
}

func (s *service) place(ctx context.Context, who auth.Claims, in *PlaceID) (*placeOutput, error) {
	p, err := s.store.Place(ctx, who.Company, in.ID)
	return &placeOutput{placeOf(p)}, err
}

func (s *service) createPlace(ctx context.Context, who auth.Claims, in *createPlaceInput) (out *httpx.Answer[Place], err error) {
	id, err := newID(in.Body.ID, "body.id")
	if err != nil {
		return nil, err
	}
	draft, err := in.Body.draft()
	if err != nil {
		return nil, err
	}
	return change.OnceIn(ctx, s.changes, who, in.Keyed, "create-place", in.Body, http.StatusCreated, func(ch *change.Change) (Place, error) {
		p, err := s.store.CreatePlace(ctx, ch, id, draft)
		return placeOf(p), err
	})
}

func (s *service) replacePlace(ctx context.Context, who auth.Claims, in *replacePlaceInput) (*placeOutput, error) {
	if in.Body.ID != "" && in.Body.ID != in.ID {
		return nil, httpx.Invalid("body.id", "The id in the body is not the one in the address. A place's id cannot be changed.")
	}
	draft, err := in.Body.draft()
	if err != nil {
		return nil, err
	}
	out := &placeOutput{}
	return out, s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		p, err := s.store.ReplacePlace(ctx, ch, in.ID, draft, in.Body.Version)
		out.Body = placeOf(p)
		return err
	})
}

func (s *service) archivePlace(ctx context.Context, who auth.Claims, in *PlaceID) (*struct{}, error) {
	return nil, s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		return s.store.ArchivePlace(ctx, ch, in.ID)
	})
}
