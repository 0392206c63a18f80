package api

import (
	"context"
	"strings"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/notifier/internal/notice"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

// Notification is what a person was told, as the person itself reads it.
type Notification struct {
	ID          string              `json:"id"`
	Kind        string              `json:"kind" example:"visit_new"`
	Ref         string              `json:"ref" doc:"what it is about: alert/ID, visit/ID or conversation/ID; empty if it is about no single thing"`
	Title       string              `json:"title"`
	Body        string              `json:"body"`
	Urgent      bool                `json:"urgent"`
	CreatedAt   clientjson.Instant  `json:"created_at"`
	DeliveredAt *clientjson.Instant `json:"delivered_at,omitempty"`
	OpenedAt    *clientjson.Instant `json:"opened_at,omitempty"`
	ReadAt      *clientjson.Instant `json:"read_at,omitempty" doc:"absent while it is unread"`
}

// NotificationList is a page of what a person was told.
type NotificationList struct {
	Notifications []Notification `json:"notifications"`
	Unread        int            `json:"unread" doc:"how many of all are unread"`
	Next          string         `json:"next,omitempty" doc:"cursor of the next page; absent on the last page"`
}

// NotificationDelivery is a notification on its way to a device.
type NotificationDelivery struct {
	TokenID  string              `json:"token_id"`
	Platform string              `json:"platform"`
	State    string              `json:"state" enum:"queued,sent,failed,skipped,expired"`
	Reason   string              `json:"reason" doc:"why it failed or was skipped"`
	Attempts int                 `json:"attempts"`
	QueuedAt clientjson.Instant  `json:"queued_at"`
	DoneAt   *clientjson.Instant `json:"done_at,omitempty"`
}

// NotificationEntry is a line of the log. It does not hold the text, which is for its reader.
type NotificationEntry struct {
	ID          string                 `json:"id"`
	UserID      string                 `json:"user_id"`
	UserName    string                 `json:"user_name" doc:"empty for a user who is no longer known"`
	Kind        string                 `json:"kind"`
	Ref         string                 `json:"ref"`
	Urgent      bool                   `json:"urgent"`
	CreatedAt   clientjson.Instant     `json:"created_at"`
	UsefulUntil clientjson.Instant     `json:"useful_until" doc:"after this no device is told"`
	Skipped     string                 `json:"skipped" doc:"why no device was told: off (the user turned the kind off), quiet (quiet hours), no_device, expired; outdated when a newer notification says it; empty otherwise"`
	DeliveredAt *clientjson.Instant    `json:"delivered_at,omitempty" doc:"when a device showed it"`
	OpenedAt    *clientjson.Instant    `json:"opened_at,omitempty"`
	ReadAt      *clientjson.Instant    `json:"read_at,omitempty"`
	Deliveries  []NotificationDelivery `json:"deliveries"`
}

// NotificationLog is a page of the log.
type NotificationLog struct {
	Notifications []NotificationEntry `json:"notifications"`
	Next          string              `json:"next,omitempty" doc:"cursor of the next page; absent on the last page"`
}

// AlertNotifications says who was told of an alert.
type AlertNotifications struct {
	NotificationLog
	All int `json:"all" doc:"how many notifications there are in all, also of people whom you may not see and so not in the list. Who was told again has several"`
}

// ReadBody names the newest notification that the user has seen.
type ReadBody struct {
	Until string `json:"until" minLength:"1" maxLength:"64" doc:"id of the newest notification that was shown; it and all older ones are read then"`
}

// Unread says how many notifications are left to read.
type Unread struct {
	Unread int `json:"unread"`
}

type (
	mineInput struct {
		httpx.Page
		Unread string `query:"unread" enum:"true" doc:"true: only what you have not read"`
	}
	mineOutput struct{ Body NotificationList }
	shownInput struct {
		ID string `path:"id" maxLength:"64"`
	}
	shownOutput  struct{ Body Notification }
	readInput    struct{ Body ReadBody }
	readOutput   struct{ Body Unread }
	ofAlertInput struct {
		AlertID
		httpx.Page
	}
	ofAlertOutput struct{ Body AlertNotifications }
	logInput      struct {
		httpx.Page
		Alert string `query:"alert" maxLength:"64" doc:"only about this alert"`
		User  string `query:"user" maxLength:"64" doc:"only what this user was told"`
		Kind  string `query:"kind" maxLength:"64" doc:"only of this kind" example:"panic"`
	}
	logOutput struct{ Body NotificationLog }
)

func (s *service) mine(ctx context.Context, who auth.Claims, in *mineInput) (*mineOutput, error) {
	after, err := httpx.DecodeCursor[store.Mark](in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, unread, err := s.store.Mine(ctx, who, in.Unread == "true", after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &mineOutput{NotificationList{Unread: unread}}
	rows, out.Body.Next = httpx.Cut(rows, in.Limit, markOf)
	out.Body.Notifications = make([]Notification, len(rows))
	for i, n := range rows {
		out.Body.Notifications[i] = notificationOf(n)
	}
	return out, nil
}

func markOf(last store.Notification) store.Mark { return store.Mark{At: &last.CreatedAt, ID: last.ID} }

// shown returns the handler for what a device showed, or what a person opened. The first time counts.
func (s *service) shown(opened bool) func(context.Context, auth.Claims, *shownInput) (*shownOutput, error) {
	return func(ctx context.Context, who auth.Claims, in *shownInput) (out *shownOutput, err error) {
		err = s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
			n, first, err := s.store.MarkShown(ctx, ch, who, in.ID, opened)
			if err != nil {
				return err
			}
			out = &shownOutput{notificationOf(n)}
			id, ofAlert := strings.CutPrefix(n.Ref, "alert/")
			if !first || n.Kind != notice.KindPanic || !ofAlert {
				return nil
			}
			return s.store.Shown(ctx, ch, id) // Whoever called for help hears that it reached somebody.
		})
		return out, err
	}
}

func (s *service) read(ctx context.Context, who auth.Claims, in *readInput) (out *readOutput, err error) {
	out = &readOutput{}
	return out, s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		out.Body.Unread, err = s.store.Read(ctx, ch, who, in.Body.Until)
		return err
	})
}

func (s *service) ofAlert(ctx context.Context, who auth.Claims, in *ofAlertInput) (*ofAlertOutput, error) {
	after, err := httpx.DecodeCursor[store.Mark](in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, all, err := s.store.ToldOfAlert(ctx, who, in.ID, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return &ofAlertOutput{AlertNotifications{logOf(rows, in.Limit), all}}, nil
}

func (s *service) log(ctx context.Context, who auth.Claims, in *logInput) (*logOutput, error) {
	after, err := httpx.DecodeCursor[store.Mark](in.Cursor)
	if err != nil {
		return nil, err
	}
	f := store.ToldFilter{User: in.User, Kind: in.Kind}
	if in.Alert != "" {
		f.Ref = "alert/" + in.Alert
	}
	rows, err := s.store.Told(ctx, who, f, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return &logOutput{logOf(rows, in.Limit)}, nil
}

func logOf(rows []store.Notification, limit int) (page NotificationLog) {
	rows, page.Next = httpx.Cut(rows, limit, markOf)
	page.Notifications = make([]NotificationEntry, len(rows))
	for i, n := range rows {
		e := NotificationEntry{
			ID: n.ID, UserID: n.User, UserName: n.UserName, Kind: n.Kind, Ref: n.Ref, Urgent: n.Urgent, CreatedAt: clientjson.At(n.CreatedAt),
			UsefulUntil: clientjson.At(n.UsefulUntil), Skipped: n.Skipped, DeliveredAt: clientjson.Maybe(n.DeliveredAt), OpenedAt: clientjson.Maybe(n.OpenedAt),
			ReadAt: clientjson.Maybe(n.ReadAt), Deliveries: make([]NotificationDelivery, len(n.Deliveries)),
		}
		for j, d := range n.Deliveries {
			e.Deliveries[j] = NotificationDelivery{
				TokenID: d.Token, Platform: d.Platform, State: d.State, Reason: d.Reason, Attempts: d.Attempts, QueuedAt: clientjson.At(d.QueuedAt), DoneAt: clientjson.Maybe(d.DoneAt),
			}
		}
		page.Notifications[i] = e
	}
	return page
}

func notificationOf(n store.Notification) Notification {
	return Notification{
		ID: n.ID, Kind: n.Kind, Ref: n.Ref, Title: n.Title, Body: n.Body, Urgent: n.Urgent, CreatedAt: clientjson.At(n.CreatedAt),
		DeliveredAt: clientjson.Maybe(n.DeliveredAt), OpenedAt: clientjson.Maybe(n.OpenedAt), ReadAt: clientjson.Maybe(n.ReadAt),
	}
}
