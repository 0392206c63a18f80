package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/text"
	"github.com/terreno/terreno/services/activity/internal/shift"
	"github.com/terreno/terreno/services/activity/internal/store"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

// ShiftCorrection says when something about a shift really happened.
type ShiftCorrection struct {
	UserID     string    `json:"user_id" minLength:"1" maxLength:"64" doc:"whose shift"`
	Corrects   string    `json:"corrects" minLength:"1" maxLength:"64" doc:"key of the start, pause, resume, end or close, from the log. A close that is corrected is an end"`
	OccurredAt time.Time `json:"occurred_at" doc:"when it really happened, at most 30 days ago"`
	Reason     string    `json:"reason" minLength:"1" maxLength:"500" doc:"why; the worker reads it"`
	Version    int64     `json:"version" minimum:"1" doc:"of the log that you saw: 409 when it is another by now"`
}

// Objection is why a worker does not agree.
type Objection struct {
	Text string `json:"text" minLength:"1" maxLength:"500" doc:"what is wrong. It stays in the log: nobody can remove it"`
}

type (
	correctShiftInput struct {
		httpx.Keyed
		Body ShiftCorrection
	}
	objectInput struct {
		ActivityID
		httpx.Keyed
		Body Objection
	}
)

func (s *service) registerShiftCorrections(a *httpx.API) {
	op := func(path, id, summary string, roles ...string) httpx.Operation {
		return httpx.Operation{ID: id, Method: http.MethodPost, Path: path, Summary: summary, Tags: []string{"shifts"}, Security: httpx.Roles(roles...), Refuse: problem}
	}
	correct := op("/v1/shifts/correct", "correct-shift", "Correct when something about a worker's shift happened, with a reason", office...)
	correct.Description = "The correction is in the log beside what it replaces, and the worker is told. What was forgotten altogether is entered with /v1/shifts/start, pause, resume and end, for the user_id, with a reason."
	httpx.Handle(a, correct, s.correctShift)
	httpx.Handle(a, op("/v1/shifts/{id}/object", "object-to-shift", "Say that you do not agree with what the office or the close made of your shift"), s.objectToShift)
	httpx.Handle(a, op("/v1/activities/{id}/object", "object-to-activity", "Say that you do not agree with what the office or the close made of your visit"), s.objectToActivity)
}

func (s *service) correctShift(ctx context.Context, who auth.Claims, in *correctShiftInput) (*shiftDoneOutput, error) {
	b := in.Body
	w := store.ShiftWish{User: b.UserID, Version: b.Version, Action: shift.Action{Key: in.Key, Kind: shift.Correct, At: b.OccurredAt, Corrects: b.Corrects}}
	var err error
	if w.Reason, err = text.Prose(b.Reason, visit.MaxReason); err != nil {
		return nil, httpx.Faulty("body.reason", err.Error())
	}
	done, err := s.actOnShift(ctx, who, w, b)
	return &shiftDoneOutput{done}, err
}

// text checks why somebody objects. field is the part of the request that holds it.
func (o Objection) text(field string) (string, error) {
	text, err := text.Prose(o.Text, visit.MaxReason)
	switch {
	case err != nil:
		return "", httpx.Faulty(field, err.Error())
	case text == "":
		return "", httpx.Invalid(field, "Say what is wrong.")
	}
	return text, nil
}

func (s *service) objectToShift(ctx context.Context, who auth.Claims, in *objectInput) (*shiftDoneOutput, error) {
	done, err := s.shiftObjection(ctx, who, in.Key, in.ID, in.Body, "body.text")
	return &shiftDoneOutput{done}, err
}

func (s *service) objectToActivity(ctx context.Context, who auth.Claims, in *objectInput) (*doneOutput, error) {
	return s.visitObjection(ctx, who, in.Keyed, in.ID, in.Body, "body.text")
}

// shiftObjection adds an objection to a shift of the viewer. field is the part of the request that holds its text.
func (s *service) shiftObjection(ctx context.Context, who auth.Claims, key, id string, o Objection, field string) (ShiftDone, error) {
	w := store.ShiftWish{User: who.Subject, Action: shift.Action{Key: key, Kind: shift.Object, Corrects: id}}
	var err error
	if w.Reason, err = o.text(field); err != nil {
		return ShiftDone{}, err
	}
	request := struct {
		ID string
		Objection
	}{id, o}
	return s.actOnShift(ctx, who, w, request)
}

func (s *service) visitObjection(ctx context.Context, who auth.Claims, key httpx.Keyed, id string, o Objection, field string) (*doneOutput, error) {
	w := store.Wish{Visit: id, Action: visit.Action{Kind: visit.Object}}
	var err error
	if w.Reason, err = o.text(field); err != nil {
		return nil, err
	}
	return s.act(ctx, who, key, o, w)
}

// actOnShift does one action on a shift in a transaction of its own. The key of the request names the action, so repeating the request
// changes nothing.
func (s *service) actOnShift(ctx context.Context, who auth.Claims, w store.ShiftWish, request any) (ShiftDone, error) {
	if w.Key == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return ShiftDone{}, err
		}
		w.Key = id.String()
	}
	if err := checkShiftKey(w.Key); err != nil {
		return ShiftDone{}, err
	}
	var err error
	if w.Request, err = change.Hash(string(w.Kind), request); err != nil {
		return ShiftDone{}, err
	}
	var done store.ActedShift
	if err = s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		done, err = s.store.ActShift(ctx, ch, who, w)
		return err
	}); err != nil {
		return ShiftDone{}, err
	}
	out := ShiftDone{Rule: string(done.Rule), Duplicate: done.Duplicate, Version: done.Version}
	if done.Shift != nil {
		view := shiftOf(*done.Shift)
		out.Shift = &view
	}
	return out, nil
}
