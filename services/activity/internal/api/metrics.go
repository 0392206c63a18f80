package api

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/services/activity/internal/store"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

// Outcomes of an action.
const (
	outcomeDone      = "done"
	outcomeNoted     = "noted"
	outcomeDuplicate = "duplicate"
	outcomeRefused   = "refused"
)

type metrics struct{ actions *prometheus.CounterVec }

func newMetrics(reg prometheus.Registerer) metrics {
	actions := obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "activity_actions_total",
		Help: "Actions on visits and tasks, by outcome: done, noted (it changed nothing, by a rule), duplicate (its key was known) or refused.",
	}, []string{"kind", "outcome"}))
	for _, kind := range visit.Kinds() {
		for _, outcome := range []string{outcomeDone, outcomeNoted, outcomeDuplicate, outcomeRefused} {
			actions.WithLabelValues(string(kind), outcome)
		}
	}
	return metrics{actions}
}

func (m metrics) count(kind visit.Kind, done store.Acted, err error) {
	outcome := outcomeDone
	switch {
	case err != nil:
		outcome = outcomeRefused
	case done.Duplicate:
		outcome = outcomeDuplicate
	case done.Rule != "":
		outcome = outcomeNoted
	}
	m.actions.WithLabelValues(string(kind), outcome).Inc()
}
