// Package api is the HTTP side of the inbox: who lists, reads, acknowledges and resolves alerts.
//
// Each sees the alerts of those whom pkg/visible shows. What a viewer may not see is not found. Admins and supervisors act on what they see; a 200 to that
// says that it is durable, logged and on its way to sockets. Nothing here outlives its request.
package api

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

type service struct {
	store   *store.Store
	changes *change.Changes
	actions *prometheus.CounterVec
}

var refusals = httpx.Refusals{
	{Err: store.ErrNotFound, Status: http.StatusNotFound, Code: "not_found", Detail: "There is no such alert among those that you may see."},
}

// Register adds the operations to an API.
func Register(a *httpx.API, s *store.Store, changes *change.Changes, reg prometheus.Registerer) {
	api := &service{store: s, changes: changes, actions: newMetrics(reg)}
	op := func(id, method, path, summary string, roles ...string) httpx.Operation {
		return httpx.Operation{
			ID: id, Method: method, Path: path, Summary: summary, Tags: []string{"alerts"}, Security: httpx.Roles(roles...), Refuse: refusals.Problem,
		}
	}
	deciders := []string{audience.RoleAdmin, audience.RoleSupervisor}
	httpx.Handle(a, op("list-alerts", http.MethodGet, "/v1/alerts", "The alerts that you may see, the newest first"), api.list)
	httpx.Handle(a, op("get-alert", http.MethodGet, "/v1/alerts/{id}", "An alert and what happened to it"), api.get)
	httpx.Handle(a, op("acknowledge-alert", http.MethodPost, "/v1/alerts/{id}/acknowledge",
		"Say that you take care of an alert; who did so first stands", deciders...), api.act(alert.WhatAcknowledged))
	httpx.Handle(a, op("resolve-alert", http.MethodPost, "/v1/alerts/{id}/resolve",
		"Say that an alert is dealt with; who did so first stands", deciders...), api.act(alert.WhatResolved))
}
