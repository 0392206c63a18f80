package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/idem"
	wire "github.com/terreno/terreno/proto/activity"
	"github.com/terreno/terreno/services/activity/internal/shift"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

// Answers to an item of a phone's queue.
const (
	syncApplied   = "applied"
	syncDuplicate = "duplicate"
	syncRejected  = "rejected"
	syncConflict  = "conflict"
	syncRetry     = "retry"
	syncBlocked   = "blocked"
)

const (
	// syncReserve is how much of the time of a request is left for the answer. Items that come later are to be sent again.
	syncReserve = 2 * time.Second
	// retryAfter is when a phone sends again what did not work.
	retryAfter = 5 * time.Second
)

// SyncItem is one thing that a phone has to report.
type SyncItem struct {
	Key    string `json:"key" minLength:"1" maxLength:"255" doc:"names the item for ever, such as a UUID; the same as the Idempotency-Key of the single call. For a jornada it has at most 64 characters of A-Z, a-z, 0-9, _ and -"`
	Type   string `json:"type" doc:"visita, tarea or jornada"`
	Entity string `json:"entity,omitempty" maxLength:"64" doc:"id of the visit or the task; left out for your own jornada, but for object, which names the jornada by its id"`
	Action string `json:"action" doc:"visita and tarea: accept, set_out, check_in, check_out, fail, note, object. jornada: start, pause, resume, end, object. object says with reason why you do not agree with what the office or the close did; it happens when it arrives"`
	FieldAction
}

type (
	// SyncQueue is a phone's queue.
	SyncQueue struct {
		Items []alone[SyncItem] `json:"items" nullable:"false" minItems:"1" maxItems:"100" doc:"in the order in which they happened"`
	}
	syncInput struct{ Body SyncQueue }
	// SyncResult is what became of an item.
	SyncResult struct {
		Index        int                `json:"index"`
		Key          string             `json:"key,omitempty"`
		Status       string             `json:"status" enum:"applied,duplicate,rejected,conflict,retry,blocked" doc:"applied and duplicate: remove it. rejected: show it to the user; sending it again does not help. conflict: somebody changed the thing, current is how it is now. retry: send it again after retry_after_ms. blocked: an earlier item of the same entity did not work; send it again with that one"`
		Rule         string             `json:"rule,omitempty" doc:"of an applied item: why it changed nothing"`
		Code         string             `json:"code,omitempty" doc:"as the code of a problem"`
		Detail       string             `json:"detail,omitempty" doc:"a sentence for a person"`
		Errors       []httpx.FieldError `json:"errors,omitempty"`
		Version      int64              `json:"version,omitempty" doc:"of the visit after the item"`
		Retirada     bool               `json:"retirada,omitempty" doc:"the visit is no longer yours: remove it"`
		RetryAfterMS int64              `json:"retry_after_ms,omitempty"`
		Current      any                `json:"current,omitempty" doc:"with conflict: the visit as it is now"`
	}
	// SyncResults are the answers to all items, in their order.
	SyncResults struct {
		Results []SyncResult `json:"results"`
	}
	syncOutput struct{ Body SyncResults }
)

// elsewhere says where other things of a phone's queue go.
var elsewhere = map[string]string{
	"position": "/v1/positions", "positions": "/v1/positions", "ubicacion": "/v1/positions", "alerta": "/v1/alerts", "alert": "/v1/alerts", "panico": "/v1/alerts",
}

func (s *service) registerSync(a *httpx.API) {
	httpx.Handle(a, httpx.Operation{
		ID: "sync", Method: http.MethodPost, Path: "/v1/sync", Tags: []string{"phones"}, Security: httpx.Roles(), Refuse: problem,
		Summary:     "Hand in a phone's queue of visits, tasks and shifts",
		Description: "Each item is judged alone and has its answer. Items of one entity are done in order: after one that is to be sent again, or is in conflict, the others of its entity are blocked. The rest goes on.",
	}, s.sync)
}

func (s *service) sync(ctx context.Context, who auth.Claims, in *syncInput) (*syncOutput, error) {
	out := &syncOutput{SyncResults{make([]SyncResult, len(in.Body.Items))}}
	stopped := map[string]bool{}
	for i, raw := range in.Body.Items {
		r := &out.Body.Results[i]
		r.Index = i
		item, err := raw.read(s.schemas)
		if err != nil {
			s.fail(r, err)
			continue
		}
		r.Key = item.Key
		entity := "visit " + item.Entity // whether the phone calls it a visita or a tarea
		if item.Type == wire.Shift {
			entity = item.Type
		}
		switch {
		case stopped[entity]:
			r.Status, r.Code, r.Detail = syncBlocked, "blocked", "An earlier item of the same entity did not work. Send it again with that one."
			continue
		case short(ctx):
			s.fail(r, context.DeadlineExceeded)
		default:
			s.one(ctx, who, item, r)
		}
		stopped[entity] = r.Status == syncRetry || r.Status == syncConflict
	}
	return out, nil
}

// short says that there is no time for another item.
func short(ctx context.Context) bool {
	end, ok := ctx.Deadline()
	return ok && time.Until(end) < syncReserve
}

// one does an item in a transaction of its own.
func (s *service) one(ctx context.Context, who auth.Claims, item SyncItem, r *SyncResult) {
	var err error
	switch item.Type {
	case wire.Visit, wire.Task:
		err = s.syncVisit(ctx, who, item, r)
	case wire.Shift:
		err = s.syncShift(ctx, who, item, r)
	default:
		err = httpx.Problem(http.StatusUnprocessableEntity, "type_unknown", "This queue takes visita, tarea and jornada.")
		if path, ok := elsewhere[item.Type]; ok {
			err = httpx.Problem(http.StatusUnprocessableEntity, "type_unknown", "This queue takes visita, tarea and jornada. Send this to "+path+".")
		}
	}
	if err != nil {
		s.fail(r, err)
	}
}

func (s *service) syncVisit(ctx context.Context, who auth.Claims, item SyncItem, r *SyncResult) error {
	out, err := s.actOnVisit(ctx, who, item)
	if err != nil {
		return err
	}
	r.Status, r.Rule, r.Version, r.Retirada = syncApplied, out.Body.Rule, out.Body.Version, out.Body.Retirada
	if out.Body.Duplicate {
		r.Status = syncDuplicate
	}
	return nil
}

func (s *service) actOnVisit(ctx context.Context, who auth.Claims, item SyncItem) (*doneOutput, error) {
	kind, key := visit.Kind(item.Action), httpx.Keyed{Key: item.Key}
	switch {
	case kind == visit.Object:
		return s.visitObjection(ctx, who, key, item.Entity, Objection{item.Reason}, "reason")
	case !kind.Walked() && kind != visit.Note:
		return nil, httpx.Problem(http.StatusUnprocessableEntity, "action_unknown", "An action on a visit is accept, set_out, check_in, check_out, fail, note or object. The office uses /v1/activities/{id}.")
	}
	wish, err := item.wish(item.Entity, kind, "")
	if err != nil {
		return nil, err
	}
	return s.act(ctx, who, key, item.FieldAction, wish)
}

func (s *service) syncShift(ctx context.Context, who auth.Claims, item SyncItem, r *SyncResult) error {
	done, err := s.actOnOwnShift(ctx, who, item)
	if err != nil {
		return err
	}
	r.Status, r.Rule = syncApplied, done.Rule
	if done.Duplicate {
		r.Status = syncDuplicate
	}
	return nil
}

func (s *service) actOnOwnShift(ctx context.Context, who auth.Claims, item SyncItem) (ShiftDone, error) {
	kind := shift.Kind(item.Action)
	switch {
	case kind == shift.Object:
		return s.shiftObjection(ctx, who, item.Key, item.Entity, Objection{item.Reason}, "reason")
	case !slices.Contains([]shift.Kind{shift.Start, shift.Pause, shift.Resume, shift.End}, kind):
		return ShiftDone{}, httpx.Problem(http.StatusUnprocessableEntity, "action_unknown", "An action on a jornada is start, pause, resume, end or object.")
	case item.Entity != "" && item.Entity != who.Subject:
		return ShiftDone{}, httpx.Problem(http.StatusUnprocessableEntity, "entity_unknown", "The jornada in a phone's queue is your own: leave entity out. The office uses /v1/shifts.")
	}
	return s.doShift(ctx, who, item.Key, kind, ShiftAction{OccurredAt: item.OccurredAt, Reason: item.Reason, DeviceID: item.DeviceID}, "")
}

// fail writes into a result why an item was not done. What may pass is to be sent again, and what nobody expected too: the phone
// counts how often.
func (s *service) fail(r *SyncResult, err error) {
	if errors.Is(err, idem.ErrKeyReused) {
		err = httpx.Problem(http.StatusUnprocessableEntity, "idempotency_key_reused", "This key was sent with another item. Give each item a key of its own.")
	}
	p, ok := errors.AsType[*httpx.ProblemDetails](problem(err))
	switch {
	case !ok:
		r.Status, r.Code, r.Detail, r.RetryAfterMS = syncRetry, "unavailable", "It cannot be done at the moment. Send it again shortly.", retryAfter.Milliseconds()
		if !db.MayPass(err) && !errors.Is(err, context.Canceled) {
			s.log.Error("an item of a phone's queue failed", "error", err)
			r.Code = "internal"
		}
	case p.Code == "activity_changed":
		r.Status, r.Code, r.Detail, r.Current = syncConflict, p.Code, p.Detail, p.Current
	default:
		r.Status, r.Code, r.Detail, r.Errors = syncRejected, p.Code, p.Detail, p.Errors
	}
}
