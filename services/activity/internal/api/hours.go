package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"strconv"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/sheet"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/activity/internal/hours"
	"github.com/terreno/terreno/services/activity/internal/store"
)

const (
	// maxHoursPage is how many days all users of a page have together.
	maxHoursPage = 3100
	// maxHoursUsers is how many users a file holds, and maxHoursLines how many lines.
	maxHoursUsers, maxHoursLines = 2000, 10000
)

// HoursDay is what a user was planned to work and did on a local date. A shift belongs to the day on which it began.
type HoursDay struct {
	Day       string `json:"day" example:"2026-03-09"`
	PlannedS  int    `json:"planned_s" doc:"seconds of planned work"`
	WorkedS   int    `json:"worked_s" doc:"seconds of shifts without their pauses; of a shift that lasts, up to now"`
	PausedS   int    `json:"paused_s" doc:"seconds of pauses"`
	Shifts    int    `json:"shifts"`
	Forced    int    `json:"forced" doc:"shifts that nobody ended"`
	Corrected int    `json:"corrected" doc:"shifts of which the office entered or corrected something"`
	Objected  int    `json:"objected" doc:"shifts with an objection that nobody has answered"`
	Open      bool   `json:"open" doc:"a shift lasts"`
	Approved  bool   `json:"approved"`
}

// HoursApproval is a period that somebody approved.
type HoursApproval struct {
	ID         string              `json:"id"`
	From       string              `json:"from" doc:"the first day"`
	To         string              `json:"to" doc:"the last day"`
	ApprovedAt clientjson.Instant  `json:"approved_at"`
	ApprovedBy string              `json:"approved_by" doc:"id of a user"`
	Late       int                 `json:"late" doc:"what arrived after the approval: it is in the log with the rule locked, and counts if the hours are reopened"`
	ReopenedAt *clientjson.Instant `json:"reopened_at,omitempty" doc:"absent while it holds"`
	ReopenedBy string              `json:"reopened_by,omitempty"`
	Reason     string              `json:"reason,omitempty" doc:"why it was reopened"`
}

// UserHours are the hours of a user in a period.
type UserHours struct {
	UserID    string          `json:"user_id"`
	UserName  string          `json:"user_name"`
	Version   string          `json:"version" doc:"names these sums: send it with the approval, so that you approve what you saw"`
	PlannedS  int             `json:"planned_s"`
	WorkedS   int             `json:"worked_s"`
	PausedS   int             `json:"paused_s"`
	Days      []HoursDay      `json:"days" doc:"each day of the period"`
	Approvals []HoursApproval `json:"approvals" doc:"that overlap the period, also those that were reopened"`
}

type (
	// HoursPeriod is in the address.
	HoursPeriod struct {
		From string `query:"from" required:"true" format:"date" doc:"the first day, of the company"`
		To   string `query:"to" required:"true" format:"date" doc:"the last day; at most 62 days in all"`
		User string `query:"user" maxLength:"64"`
		Team string `query:"team" maxLength:"64" doc:"of users who are in this team now"`
	}
	hoursInput struct {
		httpx.Page
		HoursPeriod
	}
	hoursMark struct {
		User string `json:"u"`
	}
	// HoursList is a page of users with their hours.
	HoursList struct {
		Hours []UserHours `json:"hours" doc:"by the id of the user. A page has at most 3,100 days in all"`
		Next  string      `json:"next,omitempty" doc:"cursor of the next page; absent on the last page"`
	}
	hoursOutput       struct{ Body HoursList }
	exportHoursOutput struct {
		ContentType        string `header:"Content-Type"`
		ContentDisposition string `header:"Content-Disposition"`
		Body               []byte
	}
	// HoursApprove approves a user's hours.
	HoursApprove struct {
		UserID  string `json:"user_id" minLength:"1" maxLength:"64"`
		From    string `json:"from" format:"date" doc:"the first day"`
		To      string `json:"to" format:"date" doc:"the last day; it is over"`
		Version string `json:"version" minLength:"1" maxLength:"64" doc:"of the hours of exactly this period that you saw: when they have changed, 409 with the hours as they are now"`
	}
	approveHoursInput struct {
		httpx.Keyed
		Body HoursApprove
	}
	// HoursReopen takes an approval back.
	HoursReopen struct {
		UserID string `json:"user_id" minLength:"1" maxLength:"64"`
		ID     string `json:"id" minLength:"1" maxLength:"64" doc:"of the approval"`
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
	reopenHoursInput struct {
		httpx.Keyed
		Body HoursReopen
	}
)

func (s *service) registerHours(a *httpx.API) {
	op := func(method, path, id, summary string, roles ...string) httpx.Operation {
		return httpx.Operation{ID: id, Method: method, Path: path, Summary: summary, Tags: []string{"shifts"}, Security: httpx.Roles(roles...), Refuse: problem}
	}
	httpx.Handle(a, op(http.MethodGet, "/v1/hours", "list-hours", "What the users whom you may see were planned to work and did, a day at a time"), s.hours)
	export := op(http.MethodGet, "/v1/hours/export", "export-hours", "The hours as a CSV file: a line for each user and day on which somebody was planned or worked. Times are in minutes", office...)
	httpx.Handle(a, export, s.exportHours)
	approve := op(http.MethodPost, "/v1/hours/approve", "approve-hours", "Approve the hours of a user in a period", office...)
	approve.Description = "From then on, what arrives late about the period and corrections in it are in the log with the rule locked and change nothing, until an admin reopens the hours. Nobody but an admin approves its own hours."
	httpx.Handle(a, approve, s.approveHours)
	httpx.Handle(a, op(http.MethodPost, "/v1/hours/reopen", "reopen-hours", "Take an approval of hours back, with a reason", audience.RoleAdmin), s.reopenHours)
}

func (s *service) period(who auth.Claims, from, to, part string) (hours.Period, error) {
	p, err := hours.Of(from, to, s.store.Zone(who.Company), maxPeriod)
	if err != nil {
		return p, httpx.Problem(http.StatusUnprocessableEntity, "range_invalid", fmt.Sprintf("A period is from one date to another, at most %d days: %s.", maxPeriod, err), httpx.Field(part+".to", "must be a date, not before from"))
	}
	return p, nil
}

func hoursOf(h store.Hours) UserHours {
	view := UserHours{UserID: h.User, UserName: h.Name, Version: h.Version, Days: []HoursDay{}, Approvals: []HoursApproval{}}
	for _, d := range h.Days {
		view.PlannedS, view.WorkedS, view.PausedS = view.PlannedS+d.Planned, view.WorkedS+d.Worked, view.PausedS+d.Paused
		view.Days = append(view.Days, HoursDay{
			Day: d.Date, PlannedS: d.Planned, WorkedS: d.Worked, PausedS: d.Paused, Shifts: d.Shifts, Forced: d.Forced, Corrected: d.Corrected,
			Objected: d.Objected, Open: d.Open, Approved: h.Approved(d.Date),
		})
	}
	for _, a := range h.Approvals {
		view.Approvals = append(view.Approvals, HoursApproval{
			ID: a.ID, From: a.From, To: a.To, ApprovedAt: clientjson.At(a.At), ApprovedBy: a.By, Late: a.Late,
			ReopenedAt: clientjson.Maybe(a.ReopenedAt), ReopenedBy: a.ReopenedBy, Reason: a.Reason,
		})
	}
	return view
}

func (s *service) hours(ctx context.Context, who auth.Claims, in *hoursInput) (*hoursOutput, error) {
	after, err := httpx.DecodeCursor[hoursMark](in.Cursor)
	if err != nil {
		return nil, err
	}
	p, err := s.period(who, in.From, in.To, "query")
	if err != nil {
		return nil, err
	}
	limit := min(in.Limit, max(1, maxHoursPage/p.Days()))
	rows, err := s.store.Hours(ctx, who, store.HoursFilter{User: in.User, Team: in.Team}, p, after.User, limit+1, s.clock.Now())
	if err != nil {
		return nil, err
	}
	out := &hoursOutput{}
	rows, out.Body.Next = httpx.Cut(rows, limit, func(last store.Hours) hoursMark { return hoursMark{last.User} })
	out.Body.Hours = make([]UserHours, len(rows))
	for i, h := range rows {
		out.Body.Hours[i] = hoursOf(h)
	}
	return out, nil
}

func (s *service) exportHours(ctx context.Context, who auth.Claims, in *HoursPeriod) (*exportHoursOutput, error) {
	p, err := s.period(who, in.From, in.To, "query")
	if err != nil {
		return nil, err
	}
	all, err := s.store.Hours(ctx, who, store.HoursFilter{User: in.User, Team: in.Team}, p, "", maxHoursUsers+1, s.clock.Now())
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	file.WriteString("\ufeff") // Without it, Excel does not read UTF-8.
	out, lines := csv.NewWriter(&file), 0
	_ = out.Write([]string{"user_id", "user_name", "day", "planned_min", "worked_min", "paused_min", "shifts", "forced", "corrected", "objected", "open", "approved"})
	minutes := func(s int) string { return strconv.Itoa((s + 30) / 60) }
	word := map[bool]string{true: "yes", false: "no"}
	for _, h := range all {
		for _, d := range h.Days {
			if d.Empty() {
				continue
			}
			lines++
			_ = out.Write([]string{
				sheet.Guarded(h.User), sheet.Guarded(h.Name), d.Date, minutes(d.Planned), minutes(d.Worked), minutes(d.Paused), strconv.Itoa(d.Shifts),
				strconv.Itoa(d.Forced), strconv.Itoa(d.Corrected), strconv.Itoa(d.Objected), word[d.Open], word[h.Approved(d.Date)],
			})
		}
	}
	if len(all) > maxHoursUsers || lines > maxHoursLines {
		return nil, store.ErrTooManyHours
	}
	out.Flush()
	return &exportHoursOutput{"text/csv; charset=utf-8", fmt.Sprintf(`attachment; filename="hours-%s-%s.csv"`, p.From, p.To), file.Bytes()}, out.Error()
}

func (s *service) approveHours(ctx context.Context, who auth.Claims, in *approveHoursInput) (out *httpx.Answer[UserHours], err error) {
	p, err := s.period(who, in.Body.From, in.Body.To, "body")
	if err != nil {
		return nil, err
	}
	return change.OnceIn(ctx, s.changes, who, in.Keyed, "approve-hours", in.Body, http.StatusOK, func(ch *change.Change) (UserHours, error) {
		h, err := s.store.Approve(ctx, ch, who, in.Body.UserID, p, in.Body.Version)
		return hoursOf(h), err
	})
}

func (s *service) reopenHours(ctx context.Context, who auth.Claims, in *reopenHoursInput) (out *httpx.Answer[UserHours], err error) {
	reason, err := reasonOf(in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return change.OnceIn(ctx, s.changes, who, in.Keyed, "reopen-hours", in.Body, http.StatusOK, func(ch *change.Change) (UserHours, error) {
		h, err := s.store.Reopen(ctx, ch, who, in.Body.UserID, in.Body.ID, reason)
		return hoursOf(h), err
	})
}
