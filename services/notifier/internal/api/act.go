package api

import (
	"context"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/services/notifier/internal/alert"
)

// maxNote is checked here too, whatever a schema lets through: an alert with its notes must be small enough to be sent on.
const maxNote = 1000

// AlertNote is what somebody writes about an action.
type AlertNote struct {
	Note string `json:"note,omitempty" maxLength:"1000" doc:"why, for people who read it later"`
}

type actInput struct {
	AlertID
	httpx.Keyed
	Body *AlertNote
}

// Outcomes of an action.
const (
	outcomeDone      = "done"
	outcomeUnchanged = "unchanged"
	outcomeReplayed  = "replayed"
)

func newMetrics(reg prometheus.Registerer) *prometheus.CounterVec {
	actions := obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "notifier_alert_actions_total",
		Help: "Actions on alerts, by outcome: done, unchanged (somebody else was first) or replayed (by its Idempotency-Key).",
	}, []string{"action", "outcome"}))
	for _, what := range []string{alert.WhatAcknowledged, alert.WhatResolved} {
		for _, outcome := range []string{outcomeDone, outcomeUnchanged, outcomeReplayed} {
			actions.WithLabelValues(what, outcome)
		}
	}
	return actions
}

// act returns the handler of an action. The client may send an idempotency key. Without a key a repeated action still has
// no effect, because only the first one counts.
func (s *service) act(what string) func(context.Context, auth.Claims, *actInput) (*httpx.Answer[Alert], error) {
	return func(ctx context.Context, who auth.Claims, in *actInput) (out *httpx.Answer[Alert], err error) {
		var body AlertNote
		if in.Body != nil {
			body.Note = strings.TrimSpace(in.Body.Note)
		}
		if utf8.RuneCountInString(body.Note) > maxNote {
			return nil, httpx.Problem(http.StatusUnprocessableEntity, "validation_failed", "A note has at most 1,000 characters.",
				httpx.Field("body.note", "must have at most 1000 characters"))
		}
		request := struct{ ID, Note string }{in.ID, body.Note}
		outcome := outcomeReplayed
		err = s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
			out, _, err = change.Once(ch, in.Keyed, what, request, http.StatusOK, func() (Alert, error) {
				action := alert.Action{What: what, By: ch.By, At: ch.At, Note: body.Note}
				after, changed, err := s.store.Act(ctx, ch, who, in.ID, action)
				outcome = outcomeUnchanged
				if changed {
					outcome = outcomeDone
				}
				return viewOf(after), err
			})
			return err
		})
		if err != nil {
			return nil, err
		}
		s.actions.WithLabelValues(what, outcome).Inc()
		return out, nil
	}
}
