package api

import (
	"context"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/pkg/text"
	"github.com/terreno/terreno/services/activity/internal/place"
	"github.com/terreno/terreno/services/activity/internal/store"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

// ActivityAnswer is an answer to an item of the checklist.
type ActivityAnswer struct {
	Item  string `json:"item" maxLength:"64" doc:"id of the item"`
	Value string `json:"value" maxLength:"1000" doc:"empty takes an earlier answer back"`
}

// FieldAction is what somebody did in the field.
type FieldAction struct {
	OccurredAt time.Time        `json:"occurred_at,omitzero" doc:"when it happened, at most 30 days ago; now when left out"`
	Lat        *float64         `json:"lat,omitempty" minimum:"-90" maximum:"90" doc:"where the phone was"`
	Lon        *float64         `json:"lon,omitempty" minimum:"-180" maximum:"180"`
	AccuracyM  *float64         `json:"accuracy_m,omitempty" minimum:"0" maximum:"1000000"`
	Mock       bool             `json:"mock,omitempty" doc:"the phone says that the position is made up"`
	DeviceID   string           `json:"device_id,omitempty" maxLength:"64"`
	Reason     string           `json:"reason,omitempty" maxLength:"500" doc:"why: needed to fail, for a check-in that is far from the site if the company asks for one, and from the office"`
	Answers    []ActivityAnswer `json:"answers,omitempty" nullable:"false" maxItems:"50" doc:"to the checklist"`
	Version    int64            `json:"version,omitempty" minimum:"1" doc:"that the office saw, when it acts for the worker; a worker sends none"`
}

// Decision is what the office decides about a visit.
type Decision struct {
	Reason  string `json:"reason,omitempty" maxLength:"500"`
	Version int64  `json:"version" minimum:"1" doc:"of the visit that you saw: 409 with the current visit when it is another by now"`
}

// Assignment gives a visit to somebody.
type Assignment struct {
	Decision
	UserID string `json:"user_id,omitempty" maxLength:"64" doc:"the worker; nobody when left out"`
	TeamID string `json:"team_id,omitempty" maxLength:"64" doc:"the team whose supervisors look after it; none when left out"`
}

// Move moves a visit to another time.
type Move struct {
	Decision
	ActivityWindow
}

// Correction says when a check-in or a check-out really happened.
type Correction struct {
	Decision
	Corrects   string    `json:"corrects" minLength:"1" maxLength:"255" doc:"key of the check-in or check-out, from the log"`
	OccurredAt time.Time `json:"occurred_at" doc:"when it really happened"`
}

// ActivityDone is the visit after an action.
type ActivityDone struct {
	Activity
	Rule      string `json:"rule" doc:"why the action changed nothing: repeated, behind, ended, no_check_in, not_assigned ...; it is in the log all the same, and may count once other actions arrive. Empty if it did what it says"`
	Duplicate bool   `json:"duplicate" doc:"the action was known already, by its key"`
	Retirada  bool   `json:"retirada" doc:"the visit is no longer yours, and only id, tipo and version are told. The action is in the log"`
}

type (
	fieldInput struct {
		ActivityID
		httpx.Keyed
		Body *FieldAction
	}
	decisionInput struct {
		ActivityID
		httpx.Keyed
		Body Decision
	}
	assignInput struct {
		ActivityID
		httpx.Keyed
		Body Assignment
	}
	moveInput struct {
		ActivityID
		httpx.Keyed
		Body Move
	}
	correctInput struct {
		ActivityID
		httpx.Keyed
		Body Correction
	}
	doneOutput struct{ Body ActivityDone }
)

type describe func(method, path, id, summary string, roles ...string) httpx.Operation

func (s *service) registerActions(a *httpx.API, op describe) {
	for _, f := range []struct {
		path, id, summary string
		kind              visit.Kind
	}{
		{"accept", "accept-activity", "Accept a visit", visit.Accept},
		{"set-out", "set-out-for-activity", "Set out for a visit", visit.SetOut},
		{"check-in", "check-in", "Arrive at a visit", visit.CheckIn},
		{"check-out", "check-out", "Complete a visit", visit.CheckOut},
		{"fail", "fail-activity", "Say that a visit could not be done, and why", visit.Fail},
		{"notes", "note-on-activity", "Write a note in the log of a visit (reason), or answer its checklist", visit.Note},
	} {
		httpx.Handle(a, op(http.MethodPost, "/v1/activities/{id}/"+f.path, f.id, f.summary), s.inField(f.kind))
	}
	httpx.Handle(a, op(http.MethodPost, "/v1/activities/{id}/cancel", "cancel-activity", "Cancel a visit, with a reason", office...), s.decide(visit.Cancel))
	httpx.Handle(a, op(http.MethodPost, "/v1/activities/{id}/reopen", "reopen-activity", "Let a visit that ended begin again", office...), s.decide(visit.Reopen))
	httpx.Handle(a, op(http.MethodPost, "/v1/activities/{id}/assign", "assign-activity", "Give a visit to a worker or a team. It begins again", office...), s.assign)
	httpx.Handle(a, op(http.MethodPost, "/v1/activities/{id}/reschedule", "reschedule-activity", "Move a visit to another time. It keeps its id and its state", office...), s.reschedule)
	httpx.Handle(a, op(http.MethodPost, "/v1/activities/{id}/correct", "correct-activity", "Correct when a check-in or a check-out happened, with a reason", office...), s.correct)
}

func (s *service) inField(kind visit.Kind) func(context.Context, auth.Claims, *fieldInput) (*doneOutput, error) {
	return func(ctx context.Context, who auth.Claims, in *fieldInput) (*doneOutput, error) {
		var did FieldAction
		if in.Body != nil {
			did = *in.Body
		}
		wish, err := did.wish(in.ID, kind, "body.")
		if err != nil {
			return nil, err
		}
		return s.act(ctx, who, in.Keyed, did, wish)
	}
}

// wish checks what somebody did. field is the part of the request that holds it.
func (f FieldAction) wish(id string, kind visit.Kind, field string) (w store.Wish, err error) {
	w = store.Wish{Visit: id, Version: f.Version, Action: visit.Action{Kind: kind, At: f.OccurredAt, Device: f.DeviceID}}
	for _, a := range f.Answers {
		w.Answers = append(w.Answers, visit.Answer(a))
	}
	if w.Answers, err = visit.CleanAnswers(w.Answers); err != nil {
		return w, faultAt(field, err)
	}
	if w.Reason, err = text.Prose(f.Reason, visit.MaxReason); err != nil {
		return w, httpx.Faulty(field+"reason", err.Error())
	}
	if kind == visit.Note && w.Reason == "" && len(w.Answers) == 0 {
		return w, httpx.Invalid(field+"reason", "Send the note as reason, or answers to the checklist.")
	}
	if utf8.RuneCountInString(f.DeviceID) > 64 || strings.ContainsRune(f.DeviceID, 0) {
		return w, httpx.Invalid(field+"device_id", "device_id must have at most 64 characters.")
	}
	if (f.Lat == nil) != (f.Lon == nil) {
		return w, httpx.Invalid(field+"lat", "Send lat and lon, or neither.")
	}
	if f.Lat == nil {
		return w, nil
	}
	if err := place.CheckPoint(*f.Lat, *f.Lon); err != nil {
		return w, faultAt(field, err)
	}
	if f.AccuracyM != nil && !(*f.AccuracyM >= 0 && *f.AccuracyM <= 1e6) {
		return w, httpx.Invalid(field+"accuracy_m", "accuracy_m must be 0 to 1000000 metres.")
	}
	w.Where = &visit.Where{Lat: *f.Lat, Lon: *f.Lon, AccuracyM: f.AccuracyM, Mock: f.Mock}
	return w, nil
}

// wish checks what the office decided.
func (d Decision) wish(id string, kind visit.Kind) (w store.Wish, err error) {
	w = store.Wish{Visit: id, Version: d.Version, Action: visit.Action{Kind: kind}}
	if w.Reason, err = text.Prose(d.Reason, visit.MaxReason); err != nil {
		return w, httpx.Faulty("body.reason", err.Error())
	}
	return w, nil
}

func (s *service) decide(kind visit.Kind) func(context.Context, auth.Claims, *decisionInput) (*doneOutput, error) {
	return func(ctx context.Context, who auth.Claims, in *decisionInput) (*doneOutput, error) {
		wish, err := in.Body.wish(in.ID, kind)
		if err != nil {
			return nil, err
		}
		return s.act(ctx, who, in.Keyed, in.Body, wish)
	}
}

func (s *service) assign(ctx context.Context, who auth.Claims, in *assignInput) (*doneOutput, error) {
	wish, err := in.Body.wish(in.ID, visit.Assign)
	if err != nil {
		return nil, err
	}
	wish.Worker, wish.Team = in.Body.UserID, in.Body.TeamID
	return s.act(ctx, who, in.Keyed, in.Body, wish)
}

func (s *service) reschedule(ctx context.Context, who auth.Claims, in *moveInput) (*doneOutput, error) {
	wish, err := in.Body.wish(in.ID, visit.Reschedule)
	if err != nil {
		return nil, err
	}
	closing, err := s.store.Close(ctx, who.Company)
	if err != nil {
		return nil, err
	}
	if wish.Window, err = in.Body.window(closing, "body."); err != nil {
		return nil, err
	}
	if wish.Window, err = wish.Window.Clean(s.clock.Now()); err != nil {
		return nil, faultAt("body.", err)
	}
	wish.Day = in.Body.Day
	return s.act(ctx, who, in.Keyed, in.Body, wish)
}

func (s *service) correct(ctx context.Context, who auth.Claims, in *correctInput) (*doneOutput, error) {
	wish, err := in.Body.wish(in.ID, visit.Correct)
	if err != nil {
		return nil, err
	}
	wish.Corrects, wish.At = in.Body.Corrects, in.Body.OccurredAt
	return s.act(ctx, who, in.Keyed, in.Body, wish)
}

// act does one action in a transaction of its own. The key of the request names the action, so repeating the request changes
// nothing. Without a key the action cannot be repeated by mistake and recognised.
func (s *service) act(ctx context.Context, who auth.Claims, key httpx.Keyed, request any, w store.Wish) (*doneOutput, error) {
	done, err := s.actOnce(ctx, who, key, request, w)
	if err != nil {
		return nil, err
	}
	return &doneOutput{doneOf(done)}, nil
}

func doneOf(d store.Acted) ActivityDone {
	if d.Withdrawn {
		return ActivityDone{Activity: Activity{ID: d.ID, Tipo: d.Tipo, Version: d.Version}, Rule: string(d.Rule), Duplicate: d.Duplicate, Retirada: true}
	}
	return ActivityDone{Activity: activityOf(d.Visit), Rule: string(d.Rule), Duplicate: d.Duplicate}
}

// actionKey checks a client's key, or makes one. Keys with a * are the service's own.
func actionKey(key string) (string, error) {
	if key == "" {
		id, err := uuid.NewV7()
		return id.String(), err
	}
	if idem.Check(key) != nil || key[0] == '*' {
		return "", httpx.Problem(http.StatusBadRequest, "idempotency_key_invalid",
			"The Idempotency-Key must be 1 to 255 printable ASCII characters, and must not begin with *.")
	}
	return key, nil
}
