package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/notifier/internal/store"
	"github.com/terreno/terreno/services/notifier/internal/webhook"
)

// NewWebhook is what an admin writes of a webhook.
type NewWebhook struct {
	Name   string   `json:"name" maxLength:"100" example:"Central de monitoreo"`
	URL    string   `json:"url" maxLength:"2048" doc:"where calls go, with https://" example:"https://example.com/terreno"`
	Events []string `json:"events,omitempty" maxItems:"20" doc:"what it is told: alerta.nueva, alerta.tardia, alerta.actualizada, alerta.cerrada, alerta.escalada; all of them when left out"`
	Active *bool    `json:"active,omitempty" doc:"false turns it off; true when left out"`
}

// ChangedWebhook replaces what was written of a webhook.
type ChangedWebhook struct {
	NewWebhook
	Version int64 `json:"version" minimum:"1" doc:"of the webhook that you saw; 409 with the current webhook when it is another by now"`
}

// Webhook is where a company wants to be called.
type Webhook struct {
	ID             string              `json:"id"`
	Name           string              `json:"name"`
	URL            string              `json:"url"`
	Events         []string            `json:"events" doc:"empty: all that there are"`
	Active         bool                `json:"active"`
	OffReason      string              `json:"off_reason,omitempty" doc:"why the service turned it off: failing, for three days; absent when a person did"`
	FailingSince   *clientjson.Instant `json:"failing_since,omitempty" doc:"no call has worked since"`
	OldSecretUntil *clientjson.Instant `json:"old_secret_until,omitempty" doc:"until then calls are signed with the secret before the last change too"`
	CreatedAt      clientjson.Instant  `json:"created_at"`
	CreatedBy      string              `json:"created_by" doc:"id of a user"`
	Version        int64               `json:"version"`
	Secret         string              `json:"secret,omitempty" doc:"what calls are signed with; only in the answer that made it"`
}

// WebhookDelivery is a line of the log of a webhook's calls.
type WebhookDelivery struct {
	ID       string              `json:"id" doc:"the header Terreno-Delivery; the same at each attempt"`
	Event    string              `json:"event"`
	Ref      string              `json:"ref" doc:"what it is about, such as alert/ID"`
	State    string              `json:"state" enum:"queued,sent,failed,expired"`
	Reason   string              `json:"reason,omitempty" doc:"what went wrong at the last attempt: http_500 and the like, timeout, network, certificate, redirect, address_forbidden, webhook_off, too_many_waiting, too_old, too_large, event_off, company_suspended"`
	Status   int                 `json:"status,omitempty" doc:"of the last answer; absent when there was none"`
	TookMS   int                 `json:"took_ms,omitempty" doc:"of the last attempt, milliseconds"`
	Attempts int                 `json:"attempts"`
	QueuedAt clientjson.Instant  `json:"queued_at"`
	DoneAt   *clientjson.Instant `json:"done_at,omitempty" doc:"absent while an attempt follows"`
	Body     json.RawMessage     `json:"body" doc:"what was sent"`
}

type (
	// WebhookID is in the address.
	WebhookID struct {
		ID string `path:"id" maxLength:"64"`
	}
	// WebhookList is all webhooks of a company, and what they may ask for.
	WebhookList struct {
		Webhooks []Webhook `json:"webhooks"`
		Events   []string  `json:"events" doc:"all events that there are"`
	}
	// WebhookTest names the call of a test.
	WebhookTest struct {
		DeliveryID string `json:"delivery_id" doc:"the log of the webhook shows what becomes of it"`
	}
	// WebhookDeliveryList is a page of a log.
	WebhookDeliveryList struct {
		Deliveries []WebhookDelivery `json:"deliveries"`
		Next       string            `json:"next,omitempty" doc:"cursor of the next page; absent on the last page"`
	}
	webhooksOutput     struct{ Body WebhookList }
	webhookOutput      struct{ Body Webhook }
	createWebhookInput struct {
		httpx.Keyed
		Body NewWebhook
	}
	changeWebhookInput struct {
		WebhookID
		Body ChangedWebhook
	}
	keyedWebhookInput struct {
		WebhookID
		httpx.Keyed
	}
	deliveriesInput struct {
		WebhookID
		httpx.Page
		State string `query:"state" enum:"queued,sent,failed,expired" doc:"only calls in this state"`
	}
	deliveriesOutput struct{ Body WebhookDeliveryList }
)

var webhookRefusals = httpx.Refusals{
	{Err: store.ErrNoWebhook, Status: http.StatusNotFound, Code: "webhook_not_found", Detail: "The company has no such webhook. List the webhooks to find its id."},
	{
		Err: store.ErrTooManyWebhooks, Status: http.StatusConflict, Code: "too_many_webhooks",
		Detail: fmt.Sprintf("A company may have %d webhooks. Remove one that you no longer need.", webhook.MaxWebhooks),
	},
	{
		Err: store.ErrTooManyTests, Status: http.StatusConflict, Code: "too_many_tests",
		Detail: fmt.Sprintf("%d tests of this webhook are still on their way. Its log shows what becomes of them; test again when they are over.", webhook.MaxTests),
	},
}

func webhookProblem(err error) error {
	if f, ok := errors.AsType[*webhook.FaultError](err); ok {
		detail := fmt.Sprintf("%s %s.", f.Field, f.Detail)
		return httpx.Problem(http.StatusUnprocessableEntity, f.Code, detail, httpx.Field("body."+f.Field, detail))
	}
	return webhookRefusals.Problem(err)
}

type webhooks struct {
	*service
	rules webhook.Rules
}

// registerWebhooks adds the operations of webhooks.
func registerWebhooks(a *httpx.API, s *service, rules webhook.Rules) {
	w := &webhooks{s, rules}
	op := func(id, method, path, summary string) httpx.Operation {
		return httpx.Operation{
			ID: id, Method: method, Path: path, Summary: summary, Tags: []string{"webhooks"}, Security: httpx.Roles(audience.RoleAdmin), Refuse: webhookProblem,
		}
	}
	httpx.Handle(a, op("list-webhooks", http.MethodGet, "/v1/webhooks", "The company's webhooks, by name"), w.list)
	create := op("create-webhook", http.MethodPost, "/v1/webhooks", "Add a webhook. The answer shows its secret, and nothing else does")
	create.Status = http.StatusCreated
	create.Description = "Each call is a POST of {id, event, company, ref, created_at, data} with the headers Terreno-Event, Terreno-Delivery (the same at each attempt) and Terreno-Signature: t=SECONDS,v1=HEX, where HEX is the HMAC-SHA256 of SECONDS.BODY with the secret. Refuse what is older than five minutes. For a day after the secret changed there are two v1. An answer of 2xx within ten seconds ends a call; anything else, a redirect too, is tried again for up to an hour, but for 410, which ends the call. Calls may come twice and in another order. Another secret within that day ends the first one at once."
	httpx.Handle(a, create, w.create)
	httpx.Handle(a, op("get-webhook", http.MethodGet, "/v1/webhooks/{id}", "One webhook"), w.get)
	httpx.Handle(a, op("replace-webhook", http.MethodPut, "/v1/webhooks/{id}", "Change a webhook, or turn it off and on"), w.replace)
	httpx.Handle(a, op("delete-webhook", http.MethodDelete, "/v1/webhooks/{id}", "Remove a webhook and the log of its calls"), w.remove)
	httpx.Handle(a, op("rotate-webhook-secret", http.MethodPost, "/v1/webhooks/{id}/rotate",
		"Give a webhook another secret, which the answer shows. For a day calls are signed with both"), w.rotate)
	test := op("test-webhook", http.MethodPost, "/v1/webhooks/{id}/test", "Call a webhook once, also one that is off, with the event webhook.prueba")
	test.Status = http.StatusAccepted
	httpx.Handle(a, test, w.test)
	httpx.Handle(a, op("list-webhook-deliveries", http.MethodGet, "/v1/webhooks/{id}/deliveries",
		"The calls of a webhook of the last 30 days, the newest first"), w.deliveries)
}

func (s *webhooks) draft(n NewWebhook) (webhook.Draft, error) {
	return webhook.Draft{Name: n.Name, URL: n.URL, Events: n.Events, Active: n.Active == nil || *n.Active}.Clean(s.rules)
}

func (s *webhooks) list(ctx context.Context, who auth.Claims, _ *struct{}) (*webhooksOutput, error) {
	all, err := s.store.Webhooks(ctx, who.Company)
	out := &webhooksOutput{Body: WebhookList{Webhooks: make([]Webhook, len(all)), Events: webhook.Events()}}
	for i, w := range all {
		out.Body.Webhooks[i] = webhookOf(w)
	}
	return out, err
}

func (s *webhooks) get(ctx context.Context, who auth.Claims, in *WebhookID) (*webhookOutput, error) {
	w, err := s.store.Webhook(ctx, who.Company, in.ID)
	return &webhookOutput{webhookOf(w)}, err
}

func (s *webhooks) create(ctx context.Context, who auth.Claims, in *createWebhookInput) (*httpx.Answer[Webhook], error) {
	draft, err := s.draft(in.Body)
	if err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("make an id: %w", err)
	}
	return s.withSecret(ctx, who, in.Keyed, "create-webhook", in.Body, http.StatusCreated, func(ch *change.Change) (store.Webhook, error) {
		return s.store.CreateWebhook(ctx, ch, id.String(), draft)
	})
}

func (s *webhooks) rotate(ctx context.Context, who auth.Claims, in *keyedWebhookInput) (*httpx.Answer[Webhook], error) {
	return s.withSecret(ctx, who, in.Keyed, "rotate-webhook-secret", in.ID, http.StatusOK, func(ch *change.Change) (store.Webhook, error) {
		return s.store.RotateSecret(ctx, ch, in.ID)
	})
}

// withSecret answers with the secret that fn made. The stored answer has none: a repetition reads it, as long as nobody has changed the
// webhook since.
func (s *webhooks) withSecret(ctx context.Context, who auth.Claims, k httpx.Keyed, op string, request any, status int, fn func(*change.Change) (store.Webhook, error)) (out *httpx.Answer[Webhook], err error) {
	err = s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		out, _, err = change.Once(ch, k, op, request, status, func() (Webhook, error) {
			w, err := fn(ch)
			return webhookOf(w), err
		})
		if err != nil {
			return err
		}
		out.Body.Secret, err = s.store.Secret(ctx, ch, store.Webhook{ID: out.Body.ID, Version: out.Body.Version})
		return err
	})
	return out, err
}

func (s *webhooks) replace(ctx context.Context, who auth.Claims, in *changeWebhookInput) (*webhookOutput, error) {
	draft, err := s.draft(in.Body.NewWebhook)
	if err != nil {
		return nil, err
	}
	out := &webhookOutput{}
	err = s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		w, err := s.store.ChangeWebhook(ctx, ch, in.ID, draft, in.Body.Version)
		out.Body = webhookOf(w)
		return err
	})
	if errors.Is(err, store.ErrWebhookChanged) {
		return nil, httpx.Problem(http.StatusConflict, "webhook_changed",
			"Somebody changed this webhook meanwhile. current is how it is now: repeat your change on it.", httpx.Current(out.Body))
	}
	return out, err
}

func (s *webhooks) remove(ctx context.Context, who auth.Claims, in *WebhookID) (*struct{}, error) {
	return nil, s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		return s.store.DeleteWebhook(ctx, ch, in.ID)
	})
}

func (s *webhooks) test(ctx context.Context, who auth.Claims, in *keyedWebhookInput) (out *httpx.Answer[WebhookTest], err error) {
	err = s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		out, _, err = change.Once(ch, in.Keyed, "test-webhook", in.ID, http.StatusAccepted, func() (WebhookTest, error) {
			id, err := s.store.TestWebhook(ctx, ch, in.ID)
			return WebhookTest{id}, err
		})
		return err
	})
	return out, err
}

func (s *webhooks) deliveries(ctx context.Context, who auth.Claims, in *deliveriesInput) (*deliveriesOutput, error) {
	after, err := httpx.DecodeCursor[store.Mark](in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := s.store.Deliveries(ctx, who.Company, in.ID, in.State, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &deliveriesOutput{}
	rows, out.Body.Next = httpx.Cut(rows, in.Limit, func(last store.WebhookDelivery) store.Mark { return store.Mark{At: &last.QueuedAt, ID: last.ID} })
	out.Body.Deliveries = make([]WebhookDelivery, len(rows))
	for i, d := range rows {
		out.Body.Deliveries[i] = WebhookDelivery{
			ID: d.ID, Event: d.Event, Ref: d.Ref, State: d.State, Reason: d.Reason, Status: d.Status, TookMS: d.TookMS, Attempts: d.Attempts,
			QueuedAt: clientjson.At(d.QueuedAt), DoneAt: clientjson.Maybe(d.DoneAt), Body: json.RawMessage(d.Body),
		}
	}
	return out, nil
}

func webhookOf(w store.Webhook) Webhook {
	return Webhook{
		ID: w.ID, Name: w.Name, URL: w.URL, Events: append([]string{}, w.Events...), Active: w.Active, OffReason: w.OffReason,
		FailingSince: clientjson.Maybe(w.FailingSince), OldSecretUntil: clientjson.Maybe(w.OldSecretUntil), CreatedAt: clientjson.At(w.CreatedAt),
		CreatedBy: w.CreatedBy, Version: w.Version,
	}
}
