package api

import (
	"context"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/text"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/activity/internal/shift"
	"github.com/terreno/terreno/services/activity/internal/store"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

// ShiftAction is what somebody did about a shift.
type ShiftAction struct {
	UserID     string    `json:"user_id,omitempty" maxLength:"64" doc:"whose shift; your own when left out. For somebody else a reason is needed"`
	OccurredAt time.Time `json:"occurred_at,omitzero" doc:"when it happened, at most 30 days ago; now when left out"`
	Reason     string    `json:"reason,omitempty" maxLength:"500"`
	DeviceID   string    `json:"device_id,omitempty" maxLength:"64"`
}

// ShiftPause is a pause in a shift.
type ShiftPause struct {
	From  clientjson.Instant  `json:"from"`
	Until *clientjson.Instant `json:"until,omitempty" doc:"absent while it lasts"`
}

// Shift is a time of work.
type Shift struct {
	ID        string              `json:"id" doc:"unique for the user. An earlier start that arrives late changes it"`
	UserID    string              `json:"user_id"`
	UserName  string              `json:"user_name,omitempty"`
	State     string              `json:"state" enum:"en_curso,en_pausa,terminada"`
	Since     clientjson.Instant  `json:"since" doc:"since when it is in this state"`
	StartedAt clientjson.Instant  `json:"started_at"`
	EndedAt   *clientjson.Instant `json:"ended_at,omitempty" doc:"absent while it lasts"`
	Pauses    []ShiftPause        `json:"pauses"`
	WorkedS   int                 `json:"worked_s" doc:"seconds of the shift without its pauses, up to since"`
	Forced    bool                `json:"forced" doc:"nobody ended it: the close of the day did, the limit of 36 hours, or the beginning of approved hours"`
	Corrected bool                `json:"corrected" doc:"the office entered or corrected some of it"`
	Objected  bool                `json:"objected" doc:"the worker does not agree, and the office has not answered since"`
	CloseAt   clientjson.Instant  `json:"close_at" doc:"when it is closed if nobody ends it; work at night may move it"`
	Version   int64               `json:"version"`
}

// ShiftDone is what became of an action.
type ShiftDone struct {
	Shift     *Shift `json:"shift,omitempty" doc:"to which the action belongs; absent if to none"`
	Rule      string `json:"rule" doc:"why the action changed nothing: repeated, no_shift, no_pause or locked; it is in the log all the same, and may count once other actions arrive. locked: the hours of this time were approved, and it counts if an admin reopens them. Empty if it did what it says"`
	Duplicate bool   `json:"duplicate" doc:"the action was known already, by its key"`
	Version   int64  `json:"version" doc:"of all shifts of the user"`
}

// ShiftEntry is a line of the log of a user's shifts.
type ShiftEntry struct {
	Key        string              `json:"key"`
	Kind       string              `json:"kind" enum:"start,pause,resume,end,close,correct,object"`
	At         clientjson.Instant  `json:"at" doc:"when it happened"`
	ReceivedAt clientjson.Instant  `json:"received_at" doc:"when the server learned of it"`
	By         string              `json:"by" doc:"id of the user who did it; empty for the close of the day"`
	Reason     string              `json:"reason"`
	DeviceID   string              `json:"device_id"`
	Ends       *clientjson.Instant `json:"ends,omitempty" doc:"when the close of the day ended the shift"`
	Office     bool                `json:"office" doc:"somebody else did it for the worker"`
	Corrects   string              `json:"corrects,omitempty" doc:"key of the action that it corrects, or id of the shift to which it objects"`
	ShiftID    string              `json:"shift_id" doc:"empty if it belongs to none"`
	Rule       string              `json:"rule" doc:"why it changed nothing: repeated, no_shift, no_pause, corrected, nothing_to_correct or locked"`
}

type (
	shiftInput struct {
		httpx.Keyed
		Body *ShiftAction
	}
	shiftDoneOutput struct{ Body ShiftDone }
	shiftsInput     struct {
		httpx.Page
		User     string    `query:"user" maxLength:"64"`
		Team     string    `query:"team" maxLength:"64" doc:"of users who are in this team now"`
		From     time.Time `query:"from" doc:"that lasted after this"`
		To       time.Time `query:"to" doc:"that began before this"`
		Open     string    `query:"open" enum:"true,false" doc:"true: only shifts that last, so who works now"`
		Objected string    `query:"objected" enum:"true,false" doc:"true: only shifts with an objection that nobody has answered"`
	}
	// ShiftList is a page of shifts.
	ShiftList struct {
		Shifts []Shift `json:"shifts"`
		Next   string  `json:"next,omitempty" doc:"cursor of the next page; absent on the last page"`
	}
	shiftsOutput  struct{ Body ShiftList }
	shiftLogInput struct {
		User string `query:"user" maxLength:"64" doc:"yourself when left out"`
	}
	// ShiftLog is what was done about the shifts of a user.
	ShiftLog struct {
		Version int64        `json:"version" doc:"of all shifts of the user: send it with a correction"`
		History []ShiftEntry `json:"history" doc:"of the last 33 days, in order"`
	}
	shiftLogOutput struct{ Body ShiftLog }
)

func (s *service) registerShifts(a *httpx.API) {
	op := func(method, path, id, summary string) httpx.Operation {
		return httpx.Operation{ID: id, Method: method, Path: path, Summary: summary, Tags: []string{"shifts"}, Security: httpx.Roles(), Refuse: problem}
	}
	httpx.Handle(a, op(http.MethodGet, "/v1/shifts", "list-shifts", "The shifts that you may see, the newest first"), s.shifts)
	s.registerShiftCorrections(a)
	httpx.Handle(a, op(http.MethodGet, "/v1/shifts/log", "get-shift-log", "What was done about the shifts of a user"), s.shiftLog)
	for _, f := range []struct {
		kind    shift.Kind
		summary string
	}{
		{shift.Start, "Begin a shift"}, {shift.Pause, "Interrupt a shift"}, {shift.Resume, "Go on with a shift"}, {shift.End, "End a shift"},
	} {
		httpx.Handle(a, op(http.MethodPost, "/v1/shifts/"+string(f.kind), string(f.kind)+"-shift", f.summary), s.actShift(f.kind))
	}
}

func (s *service) actShift(kind shift.Kind) func(context.Context, auth.Claims, *shiftInput) (*shiftDoneOutput, error) {
	return func(ctx context.Context, who auth.Claims, in *shiftInput) (*shiftDoneOutput, error) {
		var b ShiftAction
		if in.Body != nil {
			b = *in.Body
		}
		done, err := s.doShift(ctx, who, in.Key, kind, b, "body.")
		if err != nil {
			return nil, err
		}
		return &shiftDoneOutput{done}, nil
	}
}

// doShift does one action on a shift in a transaction of its own. field is the part of the request that holds it.
func (s *service) doShift(ctx context.Context, who auth.Claims, key string, kind shift.Kind, b ShiftAction, field string) (ShiftDone, error) {
	w := store.ShiftWish{User: b.UserID, Action: shift.Action{Key: key, Kind: kind, At: b.OccurredAt, Device: b.DeviceID}}
	var err error
	if w.Reason, err = text.Prose(b.Reason, visit.MaxReason); err != nil {
		return ShiftDone{}, httpx.Faulty(field+"reason", err.Error())
	}
	if utf8.RuneCountInString(b.DeviceID) > 64 || strings.ContainsRune(b.DeviceID, 0) {
		return ShiftDone{}, httpx.Invalid(field+"device_id", "device_id must have at most 64 characters.")
	}
	if w.User == "" {
		w.User = who.Subject
	}
	return s.actOnShift(ctx, who, w, b)
}

func checkShiftKey(key string) error {
	if subject.CheckID(key) != nil {
		return httpx.Problem(http.StatusBadRequest, "idempotency_key_invalid",
			"The key of a shift's action must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -: the key of its start names the shift.")
	}
	return nil
}

func shiftOf(s store.Shift) Shift {
	state, since := s.State()
	view := Shift{
		ID: s.ID, UserID: s.User, UserName: s.UserName, State: state, Since: clientjson.At(since), StartedAt: clientjson.At(s.Start), EndedAt: maybe(s.End),
		Pauses: []ShiftPause{}, WorkedS: int(s.Worked(since).Seconds()), Forced: s.Forced, Corrected: s.Corrected, Objected: s.Objected, CloseAt: clientjson.At(s.CloseAt), Version: s.Version,
	}
	for _, p := range s.Pauses {
		view.Pauses = append(view.Pauses, ShiftPause{From: clientjson.At(p.From), Until: maybe(p.Until)})
	}
	return view
}

func (s *service) shifts(ctx context.Context, who auth.Claims, in *shiftsInput) (*shiftsOutput, error) {
	after, err := httpx.DecodeCursor[store.ShiftMark](in.Cursor)
	if err != nil {
		return nil, err
	}
	f := store.ShiftFilter{User: in.User, Team: in.Team, Open: in.Open == "true", Objected: in.Objected == "true"}
	if f.From, f.Until, err = httpx.Period(in.From, in.To); err != nil {
		return nil, err
	}
	rows, err := s.store.Shifts(ctx, who, f, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &shiftsOutput{}
	rows, out.Body.Next = httpx.Cut(rows, in.Limit, func(last store.Shift) store.ShiftMark {
		return store.ShiftMark{Start: &last.Start, User: last.User, ID: last.ID}
	})
	out.Body.Shifts = make([]Shift, len(rows))
	for i, r := range rows {
		out.Body.Shifts[i] = shiftOf(r)
	}
	return out, nil
}

func (s *service) shiftLog(ctx context.Context, who auth.Claims, in *shiftLogInput) (*shiftLogOutput, error) {
	user := in.User
	if user == "" {
		user = who.Subject
	}
	log, version, err := s.store.ShiftLog(ctx, who, user, s.clock.Now())
	if err != nil {
		return nil, err
	}
	out := &shiftLogOutput{ShiftLog{Version: version, History: []ShiftEntry{}}}
	for _, e := range log {
		out.Body.History = append(out.Body.History, ShiftEntry{
			Key: e.Key, Kind: string(e.Kind), At: clientjson.At(e.At), ReceivedAt: clientjson.At(e.Received), By: e.By, Reason: e.Reason,
			DeviceID: e.Device, Ends: maybe(e.Ends), Office: e.Office, Corrects: e.Corrects, ShiftID: e.Shift, Rule: string(e.Rule),
		})
	}
	return out, nil
}
