package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/notifier/internal/remind"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

// ReminderSettings are what a company decides about reminders. A client writes all of them together.
type ReminderSettings struct {
	FirstVisit         bool   `json:"first_visit" doc:"remind who has not checked in at the first visit of the day"`
	FirstVisitAfterMin int    `json:"first_visit_after_min" minimum:"5" maximum:"120" doc:"so many minutes after the window of the visit began"`
	Tomorrow           bool   `json:"tomorrow" doc:"tell people in the evening how many visits they have tomorrow"`
	TomorrowAt         string `json:"tomorrow_at" pattern:"^[0-2][0-9]:[0-5][0-9]$" patternDescription:"a local time from 12:00 to 22:00" example:"18:00" doc:"local time of the company, 12:00 to 22:00; each company is up to 20 minutes later, always as much"`
	ShiftOpen          bool   `json:"shift_open" doc:"ask who is still on shift an hour after the end of the planned work whether the shift is over"`
	ShiftOpenAfterH    int    `json:"shift_open_after_h" minimum:"4" maximum:"24" doc:"who has no plan is asked so many hours after the shift began"`
	Pending            bool   `json:"pending" doc:"tell people in the morning how many tasks are overdue or due on the day"`
	PendingAt          string `json:"pending_at" pattern:"^[0-2][0-9]:[0-5][0-9]$" patternDescription:"a local time from 04:00 to 14:00" example:"09:00" doc:"local time of the company, 04:00 to 14:00; each company is up to 20 minutes later, always as much"`
	Version            int64  `json:"version" minimum:"0" doc:"rises with every change. Send that of the settings that you saw: 409 with the current ones when it is another by now"`
}

type remindersBody struct{ Body ReminderSettings }

// registerReminders adds the operations of reminders.
func registerReminders(a *httpx.API, s *service) {
	op := func(id, method, summary string, roles ...string) httpx.Operation {
		return httpx.Operation{
			ID: id, Method: method, Path: "/v1/reminder-settings", Summary: summary, Tags: []string{"reminders"}, Security: httpx.Roles(roles...), Refuse: reminderProblem,
		}
	}
	httpx.Handle(a, op("get-reminder-settings", http.MethodGet, "What the company decided about reminders, or the usual values"), s.reminders)
	httpx.Handle(a, op("set-reminder-settings", http.MethodPut, "Decide when people are reminded of what", audience.RoleAdmin), s.setReminders)
}

func reminderProblem(err error) error {
	if !errors.Is(err, remind.ErrSettings) {
		return err
	}
	_, what, _ := strings.Cut(err.Error(), ": ")
	field, why, _ := strings.Cut(what, " ")
	return httpx.Problem(http.StatusUnprocessableEntity, "validation_failed", what+".", httpx.Field("body."+field, why))
}

func (s *service) reminders(ctx context.Context, who auth.Claims, _ *struct{}) (*remindersBody, error) {
	is, err := s.store.Reminders(ctx, who.Company)
	return &remindersBody{ReminderSettings(is)}, err
}

func (s *service) setReminders(ctx context.Context, who auth.Claims, in *remindersBody) (*remindersBody, error) {
	var now remind.Settings
	err := s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) (err error) {
		now, err = s.store.SetReminders(ctx, ch, remind.Settings(in.Body))
		return err
	})
	if errors.Is(err, store.ErrRemindersChanged) {
		return nil, httpx.Problem(http.StatusConflict, "settings_changed",
			"Somebody changed these settings meanwhile. current is how they are now: repeat your change on them.", httpx.Current(ReminderSettings(now)))
	}
	return &remindersBody{ReminderSettings(now)}, err
}
