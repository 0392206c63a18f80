// Package api is the HTTP side of the inbox: it lists and shows alerts, lets people acknowledge and resolve them, and lets
// admins decide when the rule resolves them.
//
// A viewer sees the alerts of the users whom pkg/visible allows. For any other alert the answer is "not found". Admins
// and supervisors may act on the alerts that they see. A 200 for an action means that it is stored, logged and on its way
// to sockets. The package keeps nothing running after a request.
package api

import (
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/store"
	"github.com/terreno/terreno/services/notifier/internal/webhook"
)

// Deps are what the operations need.
type Deps struct {
	Store   *store.Store
	Changes *change.Changes
	// Webhooks says where webhooks may point.
	Webhooks webhook.Rules
	// Metrics may be nil.
	Metrics prometheus.Registerer
}

type service struct {
	store   *store.Store
	changes *change.Changes
	actions *prometheus.CounterVec
}

var refusals = httpx.Refusals{
	{Err: store.ErrNotFound, Status: http.StatusNotFound, Code: "not_found", Detail: "There is no such alert among those that you may see."},
	{
		Err: alert.ErrSettings, Status: http.StatusUnprocessableEntity, Code: "validation_failed",
		Detail: fmt.Sprintf("Send a number from %d to %d as unresolved_days.", alert.MinUnresolvedDays, alert.MaxUnresolvedDays),
	},
}

// Register adds the operations to an API.
func Register(a *httpx.API, d Deps) {
	api := &service{store: d.Store, changes: d.Changes, actions: newMetrics(d.Metrics)}
	op := func(id, method, path, summary string, roles ...string) httpx.Operation {
		return httpx.Operation{
			ID: id, Method: method, Path: path, Summary: summary, Tags: []string{"alerts"}, Security: httpx.Roles(roles...), Refuse: refusals.Problem,
		}
	}
	deciders := []string{audience.RoleAdmin, audience.RoleSupervisor}
	httpx.Handle(a, op("list-alerts", http.MethodGet, "/v1/alerts", "List the alerts that you may see, the newest first"), api.list)
	httpx.Handle(a, op("get-alert", http.MethodGet, "/v1/alerts/{id}", "Get an alert and its history"), api.get)
	httpx.Handle(a, op("acknowledge-alert", http.MethodPost, "/v1/alerts/{id}/acknowledge",
		"Acknowledge an alert: you take care of it. The first acknowledgement counts", deciders...), api.act(alert.WhatAcknowledged))
	httpx.Handle(a, op("resolve-alert", http.MethodPost, "/v1/alerts/{id}/resolve",
		"Resolve an alert. The first resolution counts", deciders...), api.act(alert.WhatResolved))
	httpx.Handle(a, op("get-alert-settings", http.MethodGet, "/v1/alert-settings",
		"What the company decided about its alerts, or the installation's values while it decided nothing"), api.settings)
	httpx.Handle(a, op("set-alert-settings", http.MethodPut, "/v1/alert-settings",
		"Decide about the company's alerts. The next night already applies it, also to older alerts", audience.RoleAdmin), api.setSettings)
	registerWebhooks(a, api, d.Webhooks)
	registerReminders(a, api)
}
