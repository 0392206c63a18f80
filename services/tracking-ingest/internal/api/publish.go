package api

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/tracking-ingest/internal/upload"
)

const (
	domain = "tracking"
	event  = "ubicacion"
)

// publish returns nil when the stream has every message of the upload. It sends them one after the other, oldest first,
// so that a consumer receives a user's fixes in order. After an error, the stream may hold some of the messages.
// Repeating the upload stores the rest.
func publish(ctx context.Context, b *bus.Bus, c auth.Claims, u upload.Upload, receivedAt time.Time) error {
	address, err := subject.New(c.Company, domain, event, c.Subject)
	if err != nil {
		return fmt.Errorf("address an upload: %w", err)
	}
	messages, err := u.Split(c.Company, c.Subject, receivedAt)
	if err != nil {
		return fmt.Errorf("split an upload: %w", err)
	}
	for _, m := range messages {
		header, err := headerOf(c, u.DeviceID, m)
		if err != nil {
			return err
		}
		if _, err := b.Publish(ctx, bus.Message{Subject: address, ID: m.ID, Header: header, Data: m.Body}); err != nil {
			return fmt.Errorf("publish to %s: %w", stream.Tracking, err)
		}
	}
	return nil
}

// headerOf returns the header that gateway relays. gateway relays only the newest fix of an upload, which the last
// message carries. All other messages are for workers alone.
func headerOf(c auth.Claims, device string, m upload.Message) (nats.Header, error) {
	if m.Newest == nil {
		return nats.Header{}, nil
	}
	header := make(nats.Header, 8)
	if err := audience.SetOwn(header, c.Subject, c.Teams, m.Newest.Recorded()); err != nil {
		return nil, fmt.Errorf("address an upload: %w", err)
	}
	data, err := clientjson.PositionOf(c.Subject, device, m.Newest).JSON()
	if err != nil {
		return nil, err
	}
	header.Set(audience.DataHeader, string(data))
	return header, nil
}
