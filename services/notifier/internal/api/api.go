// Package api is the HTTP side of the inbox: it takes calls for help, lists and shows alerts, lets people act on them, and lets admins
// decide who is told and when the rule resolves them.
//
// A viewer sees the alerts of the users whom pkg/visible allows. For any other alert the answer is "not found". Admins
// and supervisors may act on the alerts that they see. A 200 for an action means that it is stored, logged and on its way
// to sockets. The package keeps nothing running after a request.
package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/escalate"
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
	// Publish publishes a panic without a database, and Teams reads its user's teams from memory.
	Publish func(context.Context, bus.Message) (bus.Ack, error)
	Teams   func(company, user string) []string
	Clock   clock.Clock
	// Stores says why alerts are not stored now.
	Stores func(context.Context) error
}

type service struct {
	store   *store.Store
	changes *change.Changes
	actions *prometheus.CounterVec
}

var refusals = httpx.Refusals{
	{Err: store.ErrNotFound, Status: http.StatusNotFound, Code: "not_found", Detail: "There is no such alert among those that you may see."},
	{Err: alert.ErrNotTheirs, Status: http.StatusForbidden, Code: "forbidden", Detail: "Your role may not do this."},
	{Err: alert.ErrOwnPanic, Status: http.StatusConflict, Code: "own_panic", Detail: "Somebody else must take care of your call for help. You may say that it was a false alarm while nobody does."},
	{Err: alert.ErrTaken, Status: http.StatusConflict, Code: "already_acknowledged", Detail: "Somebody takes care of your call for help already, and decides whether it was a false alarm."},
	{
		Err: alert.ErrSettings, Status: http.StatusUnprocessableEntity, Code: "validation_failed",
		Detail: fmt.Sprintf("Send a number from %d to %d as unresolved_days.", alert.MinUnresolvedDays, alert.MaxUnresolvedDays),
	},
}

// refuse names what is wrong with an escalation, because no schema can.
func refuse(err error) error {
	if f := (*escalate.FaultError)(nil); errors.As(err, &f) {
		return httpx.Problem(http.StatusUnprocessableEntity, "validation_failed", "The escalation makes no sense: "+err.Error()+".",
			httpx.Field(strings.TrimSuffix("body.escalation."+f.At, "."), f.Why))
	}
	if c := (*store.SettingsChangedError)(nil); errors.As(err, &c) {
		return httpx.Problem(http.StatusConflict, "settings_changed", "Somebody changed the settings meanwhile. current is how they are now: repeat your change on them.",
			httpx.Current(settingsView(c.Current)))
	}
	return refusals.Problem(err)
}

// Register adds the operations to an API.
func Register(a *httpx.API, d Deps) {
	api := &service{store: d.Store, changes: d.Changes, actions: newMetrics(d.Metrics)}
	op := func(id, method, path, summary string, roles ...string) httpx.Operation {
		return httpx.Operation{
			ID: id, Method: method, Path: path, Summary: summary, Tags: []string{"alerts"}, Security: httpx.Roles(roles...), Refuse: refuse,
		}
	}
	deciders := []string{audience.RoleAdmin, audience.RoleSupervisor}
	httpx.Handle(a, op("list-alerts", http.MethodGet, "/v1/alerts", "List the alerts that you may see, the newest first"), api.list)
	httpx.Handle(a, op("get-alert", http.MethodGet, "/v1/alerts/{id}", "Get an alert and its history"), api.get)
	httpx.Handle(a, op("acknowledge-alert", http.MethodPost, "/v1/alerts/{id}/acknowledge",
		"Acknowledge an alert: you take care of it. The first acknowledgement counts", deciders...), api.act(alert.WhatAcknowledged))
	httpx.Handle(a, op("receive-alert", http.MethodPost, "/v1/alerts/{id}/received",
		"Say that your client has shown you an alert. The first one counts", deciders...), api.act(alert.WhatDelivered))
	httpx.Handle(a, op("go-to-alert", http.MethodPost, "/v1/alerts/{id}/en-route",
		"Say that you are on your way. It acknowledges the alert too. The first one counts", deciders...), api.act(alert.WhatEnRoute))
	httpx.Handle(a, op("resolve-alert", http.MethodPost, "/v1/alerts/{id}/resolve",
		"Resolve an alert. The first resolution counts. Whoever called for help may only say that it was a false alarm, while nobody takes care of it"), api.resolve)
	registerPanic(a, d)
	httpx.Handle(a, op("get-alert-settings", http.MethodGet, "/v1/alert-settings",
		"What the company decided about its alerts, or the installation's values while it decided nothing"), api.settings)
	httpx.Handle(a, op("set-alert-settings", http.MethodPut, "/v1/alert-settings",
		"Decide about the company's alerts. The next night already applies it, also to older alerts", audience.RoleAdmin), api.setSettings)
	registerPeople(a, api)
	registerWebhooks(a, api, d.Webhooks)
	registerReminders(a, api)
}
