package admin_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/admin"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
)

func streamConfig(t testing.TB, by *bus.Bus, name string) jetstream.StreamConfig {
	t.Helper()
	s, err := by.JetStream().Stream(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return s.CachedInfo().Config
}

func TestProvisionMakesTheTable(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t, natstest.WithoutStreams())
	by := s.Admin(t)
	changes := bustest.Provision(t, by, s.Table())
	durables := 0
	for _, row := range s.Table() {
		durables += len(row.Consumers)
	}
	if len(changes) != len(s.Table())+durables || changes[0] != "stream TRACKING: created" ||
		changes[1] != "durable tracking-writer on TRACKING: created" {
		t.Errorf("first run: %q", changes)
	}
	if again := bustest.Provision(t, by, s.Table()); len(again) != 0 {
		t.Errorf("second run: %q", again)
	}
	for _, row := range s.Table() {
		c := streamConfig(t, by, row.Name)
		if c.Storage != jetstream.FileStorage || c.Replicas != 1 || c.MaxBytes != row.MaxBytes || c.MaxMsgSize != row.MaxMsgSize ||
			c.MaxAge != row.MaxAge || c.Duplicates != row.Dedupe || c.AllowDirect || c.DenyDelete ||
			c.Compression != jetstream.NoCompression || c.Retention != jetstream.LimitsPolicy ||
			(c.Discard == jetstream.DiscardNew) != (row.Discard == stream.DiscardNew) {
			t.Errorf("stream %s is %+v", row.Name, c)
		}
	}
	for name, want := range map[string]*jetstream.RePublish{
		stream.Tracking: {
			Source: "in.*.tracking.ubicacion.*", Destination: "{{wildcard(1)}}.tracking.ubicacion.{{wildcard(2)}}", HeadersOnly: true,
		},
		stream.Alerts: {Source: "in.*.alerta.*.*", Destination: "{{wildcard(1)}}.alerta.{{wildcard(2)}}.{{wildcard(3)}}"},
		stream.Directory: {
			Source: "in.*.directorio.*.*", Destination: "dir.{{wildcard(1)}}.directorio.{{wildcard(2)}}.{{wildcard(3)}}",
		},
		stream.Notify: nil,
	} {
		have := streamConfig(t, by, name).RePublish
		if (have == nil) != (want == nil) || have != nil && *have != *want {
			t.Errorf("%s republishes %+v, expected %+v", name, have, want)
		}
	}
	durable, err := by.JetStream().Consumer(t.Context(), stream.Tracking, stream.TrackingWriter)
	if err != nil {
		t.Fatal(err)
	}
	c := durable.CachedInfo().Config
	if c.AckPolicy != jetstream.AckExplicitPolicy || c.MaxDeliver != -1 || c.FilterSubject != "" || len(c.FilterSubjects) != 0 ||
		len(c.BackOff) != 0 || c.AckWait != 3*time.Second || c.MaxAckPending != 5000 || c.DeliverSubject != "" {
		t.Errorf("durable is %+v", c)
	}
}

func TestProvisionCorrectsAndReports(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	by := s.Admin(t)
	if _, err := s.Bus(t, bustest.IngestService).Publish(t.Context(), bustest.Position(t, 1)); err != nil {
		t.Fatal(err)
	}
	// Somebody turned the wheels by hand.
	turned := streamConfig(t, by, stream.Tracking)
	turned.AllowDirect, turned.MaxAge, turned.Discard = true, time.Hour, jetstream.DiscardOld
	turned.Metadata = map[string]string{"owner": "ops"}
	if _, err := by.JetStream().UpdateStream(t.Context(), turned); err != nil {
		t.Fatal(err)
	}
	table := s.Table()
	table[0].MaxMsgSize = 300 << 10
	table[0].Consumers[0].AckWait = time.Minute
	changes, err := admin.Provision(t.Context(), by.JetStream(), table,
		admin.ProvisionOptions{MaxBytes: map[string]int64{stream.Tracking: 40 << 20}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"stream TRACKING: max_age 1h0m0s -> " + table[0].MaxAge.String(), "stream TRACKING: max_bytes 33554432 -> 41943040",
		"stream TRACKING: max_msg_size 262144 -> 307200", "stream TRACKING: discard DiscardOld -> DiscardNew",
		"stream TRACKING: allow_direct true -> false", "durable tracking-writer on TRACKING: ack_wait 3s -> 1m0s",
	}
	if !slices.Equal(changes, want) {
		t.Errorf("changes %q", changes)
	}
	now := streamConfig(t, by, stream.Tracking)
	if now.Metadata["owner"] != "ops" || now.AllowDirect || now.MaxBytes != 40<<20 {
		t.Errorf("stream is %+v", now)
	}
	if state, err := by.StreamState(t.Context(), stream.Tracking); err != nil || state.LastSeq != 1 {
		t.Errorf("the stored message: %+v, %v", state, err)
	}
}

func TestProvisionRefusesWhatWouldLoseMessages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(*jetstream.StreamConfig)
		table  func(*stream.Stream)
		want   string
	}{
		"storage":   {before: func(c *jetstream.StreamConfig) { c.Storage = jetstream.MemoryStorage }, want: "storage is Memory"},
		"retention": {before: func(c *jetstream.StreamConfig) { c.Retention = jetstream.WorkQueuePolicy }, want: "retention is WorkQueue"},
		"too small": {table: func(s *stream.Stream) { s.MaxBytes = 1 << 10 }, want: "purge it first"},
		"too short": {table: func(s *stream.Stream) { s.MaxAge = 1 }, want: "purge them first"},
		"discard":   {before: func(c *jetstream.StreamConfig) { c.Discard = jetstream.DiscardNew }, want: "refuses messages when full"},
		"no limit":  {table: func(s *stream.Stream) { s.MaxAge = 0 }, want: "without limits"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := natstest.Start(t, natstest.WithoutStreams())
			by := s.Admin(t)
			existing := jetstream.StreamConfig{Name: stream.Alerts, Subjects: []string{"in.*.alerta.*.*"}, MaxBytes: 1 << 20}
			if c.before != nil {
				c.before(&existing)
			}
			if _, err := by.JetStream().CreateStream(t.Context(), existing); err != nil {
				t.Fatal(err)
			}
			if _, err := by.JetStream().Publish(t.Context(), "in.acme.alerta.nueva.a1", make([]byte, 4<<10)); err != nil {
				t.Fatal(err)
			}
			table := s.Table()
			if c.table != nil {
				c.table(&table[1])
			}
			changes, err := admin.Provision(t.Context(), by.JetStream(), table, admin.ProvisionOptions{})
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), stream.Alerts) {
				t.Errorf("provision: %v", err)
			}
			if len(changes) != 1+len(table[0].Consumers) {
				t.Errorf("what was done before the refusal: %q", changes)
			}
			if state, err := by.StreamState(t.Context(), stream.Alerts); err != nil || state.LastSeq != 1 {
				t.Errorf("the stored message: %+v, %v", state, err)
			}
		})
	}
}

func TestProvisionRefusesAnotherKindOfDurable(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	by := s.Admin(t)
	js := by.JetStream()
	if err := js.DeleteConsumer(t.Context(), stream.Tracking, stream.TrackingWriter); err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateConsumer(t.Context(), stream.Tracking, jetstream.ConsumerConfig{
		Durable: stream.TrackingWriter, DeliverPolicy: jetstream.DeliverNewPolicy, AckPolicy: jetstream.AckExplicitPolicy,
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := admin.Provision(t.Context(), js, s.Table(), admin.ProvisionOptions{}); err == nil {
		t.Error("a durable that begins at new messages passed")
	}
}

func TestProvisionMakesAnOrderedDurable(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	by := s.Admin(t)
	js := by.JetStream()
	durable, err := js.Consumer(t.Context(), stream.Tracking, stream.GeofenceEvaluator)
	if err != nil {
		t.Fatal(err)
	}
	c := durable.CachedInfo().Config
	if c.AckPolicy != jetstream.AckAllPolicy || c.DeliverPolicy != jetstream.DeliverAllPolicy || c.MaxDeliver != -1 ||
		c.FilterSubject != "" || len(c.BackOff) != 0 || c.AckWait != 30*time.Second || c.MaxAckPending != 5000 || c.DeliverSubject != "" {
		t.Errorf("durable is %+v", c)
	}
	// It stays what it is after a reset, and is corrected like others.
	if _, err := js.ResetConsumerToSequence(t.Context(), stream.Tracking, stream.GeofenceEvaluator, 7); err != nil {
		t.Fatal(err)
	}
	if again := bustest.Provision(t, by, s.Table()); len(again) != 0 {
		t.Errorf("after a reset: %q", again)
	}
	table := s.Table()
	table[0].Consumers = slices.Clone(table[0].Consumers)
	table[0].Consumers[1].MaxAckPending = 700
	if changes := bustest.Provision(t, by, table); !slices.Equal(changes, []string{"durable geofence-evaluator on TRACKING: max_ack_pending 5000 -> 700"}) {
		t.Errorf("changes %q", changes)
	}
	// Nobody turns one kind into the other by changing the table: what is pending would mean something else.
	table[0].Consumers[1].Ordered = false
	if _, err := admin.Provision(t.Context(), js, table, admin.ProvisionOptions{}); err == nil || !strings.Contains(err.Error(), "delete it by hand") {
		t.Errorf("another acknowledgement policy: %v", err)
	}
}

func TestFitMaxBytes(t *testing.T) {
	t.Parallel()
	table := stream.Table()
	if fit := admin.FitMaxBytes(table, 1<<50); fit != nil {
		t.Errorf("everything fits, yet %v", fit)
	}
	const budget = 2 << 30
	fit := admin.FitMaxBytes(table, budget)
	var sum int64
	for _, row := range table {
		sum += fit[row.Name]
		if fit[row.Name] < int64(row.MaxMsgSize) || fit[row.Name] > row.MaxBytes {
			t.Errorf("%s gets %d bytes", row.Name, fit[row.Name])
		}
	}
	if sum > budget || sum < budget*9/10 || fit[stream.Tracking] < 3*fit[stream.Alerts] {
		t.Errorf("of %d bytes %d are given away: %v", budget, sum, fit)
	}
}
