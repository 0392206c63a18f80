// Package api is the HTTP side of the inbox: who lists, reads, acknowledges and resolves alerts.
//
// An admin sees all of the company, a supervisor the alerts of those who are in a team with it now and its own, a
// colaborador its own. What a viewer may not see is not found. Admins and supervisors act on what they see; a 200 to that
// says that it is durable, logged and on its way to sockets. Nothing here outlives its request.
package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

type service struct {
	store   *store.Store
	clock   clock.Clock
	actions *prometheus.CounterVec
}

// Register adds the operations to an API.
func Register(api *httpx.API, s *store.Store, c clock.Clock, reg prometheus.Registerer) error {
	actions, err := newMetrics(reg)
	if err != nil {
		return fmt.Errorf("make the operations on alerts: %w", err)
	}
	a := &service{store: s, clock: c, actions: actions}
	handle(api, "list-alerts", http.MethodGet, "/v1/alerts", "The alerts that you may see, the newest first", httpx.Roles(), a.list)
	handle(api, "get-alert", http.MethodGet, "/v1/alerts/{id}", "An alert and what happened to it", httpx.Roles(), a.get)
	deciders := httpx.Roles(audience.RoleAdmin, audience.RoleSupervisor)
	handle(api, "acknowledge-alert", http.MethodPost, "/v1/alerts/{id}/acknowledge",
		"Say that you take care of an alert; who did so first stands", deciders, a.act(alert.WhatAcknowledged))
	handle(api, "resolve-alert", http.MethodPost, "/v1/alerts/{id}/resolve",
		"Say that an alert is dealt with; who did so first stands", deciders, a.act(alert.WhatResolved))
	return nil
}

var refusals = httpx.Refusals{{
	Err: store.ErrNotFound, Status: http.StatusNotFound, Code: "not_found", Detail: "There is no such alert among those that you may see.",
}}

func handle[I, O any](
	api *httpx.API, id, method, path, summary string, security []map[string][]string, fn func(ctx context.Context, v store.Viewer, in *I) (*O, error),
) {
	httpx.Handle(api, httpx.Operation{
		ID: id, Method: method, Path: path, Summary: summary, Tags: []string{"alerts"}, Security: security, Refuse: refusals.Problem,
	}, func(ctx context.Context, who auth.Claims, in *I) (*O, error) {
		return fn(ctx, store.Viewer{Company: who.Company, User: who.Subject, Role: who.Role}, in)
	})
}
