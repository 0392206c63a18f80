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
	"github.com/terreno/terreno/proto/audience"
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
	for _, what := range []string{alert.WhatDelivered, alert.WhatAcknowledged, alert.WhatEnRoute, alert.WhatResolved, alert.WhatFalseAlarm} {
		for _, outcome := range []string{outcomeDone, outcomeUnchanged, outcomeReplayed} {
			actions.WithLabelValues(what, outcome)
		}
	}
	return actions
}

// act returns the handler of an action. The client may send an idempotency key. Without a key a repeated action still has
// no effect, because only the first one counts.
func (s *service) act(what string) func(context.Context, auth.Claims, *actInput) (*httpx.Answer[Alert], error) {
	return func(ctx context.Context, who auth.Claims, in *actInput) (*httpx.Answer[Alert], error) {
		note := ""
		if in.Body != nil {
			note = in.Body.Note
		}
		return s.do(ctx, who, what, in.ID, in.Keyed, note)
	}
}

// Resolution is how somebody resolves an alert.
type Resolution struct {
	AlertNote
	Resolution string `json:"resolution,omitempty" enum:"false_alarm" doc:"false_alarm: nothing was wrong; the note says why. Left out: it is taken care of"`
}

type resolveInput struct {
	AlertID
	httpx.Keyed
	Body *Resolution
}

func (s *service) resolve(ctx context.Context, who auth.Claims, in *resolveInput) (*httpx.Answer[Alert], error) {
	var body Resolution
	if in.Body != nil {
		body = *in.Body
	}
	what := alert.WhatResolved
	if who.Role == audience.RoleColaborador && body.Resolution != alert.ResolvedFalseAlarm {
		return nil, alert.ErrNotTheirs
	}
	if body.Resolution == alert.ResolvedFalseAlarm {
		if what = alert.WhatFalseAlarm; strings.TrimSpace(body.Note) == "" {
			return nil, httpx.Problem(http.StatusUnprocessableEntity, "validation_failed", "Say in the note why it was a false alarm.",
				httpx.Field("body.note", "must say why it was a false alarm"))
		}
	}
	return s.do(ctx, who, what, in.ID, in.Keyed, body.Note)
}

func (s *service) do(ctx context.Context, who auth.Claims, what, id string, keyed httpx.Keyed, note string) (out *httpx.Answer[Alert], err error) {
	note = strings.TrimSpace(note)
	if utf8.RuneCountInString(note) > maxNote {
		return nil, httpx.Problem(http.StatusUnprocessableEntity, "validation_failed", "A note has at most 1,000 characters.",
			httpx.Field("body.note", "must have at most 1000 characters"))
	}
	request := struct{ ID, Note string }{id, note}
	outcome := outcomeReplayed
	err = s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		out, _, err = change.Once(ch, keyed, what, request, http.StatusOK, func() (Alert, error) {
			action := alert.Action{What: what, By: ch.By, At: ch.At, Note: note}
			after, changed, err := s.store.Act(ctx, ch, who, id, action)
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
