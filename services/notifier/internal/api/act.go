package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

// AlertNote is what somebody says to an action.
type AlertNote struct {
	Note string `json:"note,omitempty" maxLength:"1000" doc:"why, for whoever looks later"`
}

type actInput struct {
	AlertID
	httpx.Keyed
	Body *AlertNote
}

// What came of an action.
const (
	outcomeDone      = "done"
	outcomeUnchanged = "unchanged"
	outcomeReplayed  = "replayed"
)

func newMetrics(reg prometheus.Registerer) (*prometheus.CounterVec, error) {
	actions := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "notifier_alert_actions_total",
		Help: "What people did about alerts, by what came of it: done, unchanged (somebody was first) or replayed (by its Idempotency-Key).",
	}, []string{"action", "outcome"})
	if err := reg.Register(actions); err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	for _, what := range []string{alert.WhatAcknowledged, alert.WhatResolved} {
		for _, outcome := range []string{outcomeDone, outcomeUnchanged, outcomeReplayed} {
			actions.WithLabelValues(what, outcome)
		}
	}
	return actions, nil
}

// act returns the handler of an action. Its idempotency key is the client's, if there is one; without it the action is
// done once all the same, since the first stands.
func (s *service) act(what string) func(context.Context, store.Viewer, *actInput) (*httpx.Answer[Alert], error) {
	return func(ctx context.Context, v store.Viewer, in *actInput) (out *httpx.Answer[Alert], err error) {
		var body AlertNote
		if in.Body != nil {
			body.Note = strings.TrimSpace(in.Body.Note)
		}
		effect := httpx.Effect{
			Schema: store.Schema, Company: v.Company, User: v.User, Operation: what, Status: http.StatusOK,
			Request: struct{ ID, Note string }{in.ID, body.Note},
		}
		action := alert.Action{What: what, By: v.User, At: s.clock.Now(), Note: body.Note}
		outcome := outcomeReplayed
		err = s.store.Change(ctx, v.Company, func(tx *sqlx.Tx) error {
			out, err = httpx.Once(ctx, tx, in.Keyed, effect, func() (Alert, error) {
				after, changed, err := s.store.Act(ctx, tx, v, in.ID, action)
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
