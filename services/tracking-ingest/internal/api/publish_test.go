package api

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/tracking-ingest/internal/upload"
)

var received = time.Date(2026, 3, 8, 14, 0, 0, 250e6, time.UTC)

func worker() auth.Claims {
	return auth.Claims{Company: "acme", Subject: "u1", Role: audience.RoleColaborador, Teams: []string{"norte", "sur"}}
}

// walk is an upload of n fixes, a second apart, the newest just received.
func walk(n int) upload.Upload {
	u := upload.Upload{DeviceID: "phone"}
	for i := range n {
		f := track.Fix{RecordedAt: received.UnixMilli() - int64(n-1-i)*1000}
		f.SetPlace(-12, -77+float64(i)/1e5)
		u.Fixes = append(u.Fixes, f)
	}
	return u
}

// relayed is what gateway hears, in order.
func relayed(t *testing.T, s *natstest.Server) *nats.Subscription {
	t.Helper()
	nc := s.Connect(t, "gateway")
	sub, err := nc.SubscribeSync("acme.tracking.ubicacion.*")
	if err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	return sub
}

func next(t *testing.T, sub *nats.Subscription) *nats.Msg {
	t.Helper()
	m, err := sub.NextMsgWithContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestPublishRelaysTheNewestFixAlone(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	sub := relayed(t, s)
	if err := publish(t.Context(), s.Bus(t, "tracking-ingest"), worker(), walk(1001), received); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		m := next(t, sub)
		if got := audience.Of(m.Header); len(got.Users)+len(got.Teams)+len(got.Roles) != 0 || m.Header.Get(audience.DataHeader) != "" {
			t.Errorf("a message that is not the last is for %+v", got)
		}
	}
	last := next(t, sub)
	for _, v := range []struct {
		viewer audience.Viewer
		sees   bool
	}{
		{audience.Viewer{User: "u1", Role: audience.RoleColaborador}, true},
		{audience.Viewer{User: "u2", Role: audience.RoleColaborador, Teams: []string{"sur"}}, false},
		{audience.Viewer{User: "s1", Role: audience.RoleSupervisor, Teams: []string{"sur"}}, true},
		{audience.Viewer{User: "s2", Role: audience.RoleSupervisor, Teams: []string{"oeste"}}, false},
		{audience.Viewer{User: "a1", Role: audience.RoleAdmin}, true},
	} {
		if got := audience.Of(last.Header).Includes(v.viewer); got != v.sees {
			t.Errorf("%+v sees it: %v, want %v", v.viewer, got, v.sees)
		}
	}
	key, at, ok := audience.Newest(last.Header)
	if !ok || key != "u1" || !at.Equal(received) {
		t.Errorf("newest-only mark %q %v %v, want u1 and %v", key, at, ok, received)
	}
	var data struct {
		User       string    `json:"user_id"`
		RecordedAt time.Time `json:"recorded_at"`
	}
	if err := json.Unmarshal([]byte(last.Header.Get(audience.DataHeader)), &data); err != nil || data.User != "u1" || !data.RecordedAt.Equal(received) {
		t.Errorf("client data %+v, %v", data, err)
	}
	if len(last.Data) != 0 {
		t.Errorf("%d bytes of body were relayed, which is for workers", len(last.Data))
	}
	// It is stored with every message. What is not the client's JSON should be short.
	size := 0
	for name, values := range last.Header {
		if !strings.HasPrefix(name, "Nats-") && name != audience.DataHeader {
			size += len(name) + len(": \r\n") + len(values[0])
		}
	}
	if size > 50 {
		t.Errorf("%d bytes of header say who sees it and when it was", size)
	}
}

func TestPublishStoresAnUploadInOrderAndOnce(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	b := s.Bus(t, "tracking-ingest")
	for range 3 {
		if err := publish(t.Context(), b, worker(), walk(1001), received); err != nil {
			t.Fatal(err)
		}
	}
	if n := natstest.Stored(t, s.Admin(t), stream.Tracking); n != 3 {
		t.Fatalf("%d messages stored, want 3", n)
	}
	live, err := s.Admin(t).JetStream().Stream(t.Context(), stream.Tracking)
	if err != nil {
		t.Fatal(err)
	}
	var last int64
	for seq := range uint64(3) {
		raw, err := live.GetMsg(t.Context(), seq+1)
		if err != nil {
			t.Fatal(err)
		}
		head, err := track.ReadHead(raw.Data)
		if err != nil {
			t.Fatal(err)
		}
		if head.FirstMS <= last {
			t.Errorf("message %d begins at %d, not after %d", seq+1, head.FirstMS, last)
		}
		last = head.LastMS
	}
}

// Companies may name their users alike: ids are compared over the whole stream.
func TestPublishKeepsEqualUploadsOfTwoCompaniesApart(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	b := s.Bus(t, "tracking-ingest")
	sub := relayed(t, s)
	for _, company := range []string{"otra", "acme"} {
		c := worker()
		c.Company = company
		if err := publish(t.Context(), b, c, walk(2), received); err != nil {
			t.Fatal(err)
		}
	}
	if n := natstest.Stored(t, s.Admin(t), stream.Tracking); n != 2 {
		t.Errorf("%d messages stored, want 2", n)
	}
	if m := next(t, sub); m.Subject != "acme.tracking.ubicacion.u1" {
		t.Errorf("heard %s", m.Subject)
	}
	if n, _, _ := sub.Pending(); n != 0 {
		t.Errorf("acme hears %d messages more than its own", n)
	}
}

func TestPublishSaysWhyNothingWasStored(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t, natstest.WithMaxBytes(stream.Tracking, 4<<10))
	b := s.Bus(t, "tracking-ingest")
	if err := publish(t.Context(), b, worker(), walk(1200), received); !errors.Is(err, bus.ErrStreamFull) {
		t.Errorf("full: %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := publish(gone, b, worker(), walk(1), received); !errors.Is(err, bus.ErrUnavailable) {
		t.Errorf("no time: %v", err)
	}
	c := worker()
	c.Subject = "u1.>"
	if err := publish(t.Context(), b, c, walk(1), received); err == nil {
		t.Error("a user whose id is no token was published")
	}
}
