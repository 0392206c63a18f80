package admin

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/proto/stream"
)

// streamConfig is the only place that decides a stream's settings.
func streamConfig(s stream.Stream, o ProvisionOptions) (jetstream.StreamConfig, error) {
	maxBytes := s.MaxBytes
	if n, ok := o.MaxBytes[s.Name]; ok {
		maxBytes = n
	}
	if maxBytes <= 0 || s.MaxMsgSize <= 0 || s.MaxAge <= 0 {
		return jetstream.StreamConfig{}, fmt.Errorf("a stream without limits fills the disk: max_bytes %d, max_msg_size %d, max_age %s",
			maxBytes, s.MaxMsgSize, s.MaxAge)
	}
	discard := jetstream.DiscardOld
	if s.Discard == stream.DiscardNew {
		discard = jetstream.DiscardNew
	}
	return jetstream.StreamConfig{
		Name:        s.Name,
		Description: s.About,
		Subjects:    []string{s.Ingress},
		Retention:   jetstream.LimitsPolicy,
		Storage:     jetstream.FileStorage,
		Replicas:    max(o.Replicas, 1),
		MaxAge:      s.MaxAge,
		MaxBytes:    maxBytes,
		MaxMsgSize:  s.MaxMsgSize,
		Discard:     discard,
		Duplicates:  s.Dedupe,
		RePublish:   relay(s),
		Compression: jetstream.NoCompression,
		// Any replica may answer a direct read, even one that lacks messages that were acknowledged already.
		AllowDirect: false,
		DenyDelete:  false,
	}, nil
}

// relay derives the subject on which the stream republishes what it stores. Each wildcard of the ingress subject becomes
// the token that it matched, on the side where everyone listens.
func relay(s stream.Stream) *jetstream.RePublish {
	pattern := s.RelayPattern()
	if pattern == "" {
		return nil
	}
	tokens := strings.Split(pattern, ".")
	wildcard := 0
	for i, token := range tokens {
		if token == "*" {
			wildcard++
			tokens[i] = fmt.Sprintf("{{wildcard(%d)}}", wildcard)
		}
	}
	return &jetstream.RePublish{
		Source: s.Ingress, Destination: strings.Join(tokens, "."), HeadersOnly: s.Relay == stream.RelayHeaders,
	}
}

// refuseStream names changes that the server would refuse, or that would make it drop stored messages.
func refuseStream(info *jetstream.StreamInfo, want jetstream.StreamConfig) error {
	have := info.Config
	switch {
	case have.Storage != want.Storage:
		return fmt.Errorf("storage is %s and has to be %s: move its messages to a new stream by hand", have.Storage, want.Storage)
	case have.Retention != want.Retention:
		return fmt.Errorf("retention is %s and has to be %s: move its messages to a new stream by hand", have.Retention, want.Retention)
	case have.Mirror != nil || len(have.Sources) > 0:
		return fmt.Errorf("it is fed by other streams, which Terreno does not do")
	case have.Sealed:
		return fmt.Errorf("it is sealed")
	case want.MaxBytes != have.MaxBytes && uint64(want.MaxBytes) < info.State.Bytes:
		return fmt.Errorf("it holds %d bytes and max_bytes %d would drop some: purge it first", info.State.Bytes, want.MaxBytes)
	case shorter(want.MaxAge, have.MaxAge) && info.State.Msgs > 0 && time.Since(info.State.FirstTime) > want.MaxAge:
		return fmt.Errorf("it holds messages since %s and max_age %s would drop some: purge them first",
			info.State.FirstTime.UTC().Format(time.RFC3339), want.MaxAge)
	case have.Discard == jetstream.DiscardNew && want.Discard == jetstream.DiscardOld:
		return fmt.Errorf("it refuses messages when full and would drop its oldest instead: change discard by hand")
	}
	return nil
}

// shorter compares maximum ages. The age 0 means no limit.
func shorter(a, b time.Duration) bool { return a != 0 && (b == 0 || a < b) }

// setting is one property that Provision owns. Provision leaves all other properties as the installation set them.
type setting[C any] struct {
	name string
	text func(C) string
}

var streamSettings = []setting[jetstream.StreamConfig]{
	{"subjects", func(c jetstream.StreamConfig) string { return strings.Join(c.Subjects, ",") }},
	{"description", func(c jetstream.StreamConfig) string { return fmt.Sprintf("%q", c.Description) }},
	{"num_replicas", func(c jetstream.StreamConfig) string { return fmt.Sprint(c.Replicas) }},
	{"max_age", func(c jetstream.StreamConfig) string { return c.MaxAge.String() }},
	{"max_bytes", func(c jetstream.StreamConfig) string { return fmt.Sprint(c.MaxBytes) }},
	{"max_msg_size", func(c jetstream.StreamConfig) string { return fmt.Sprint(c.MaxMsgSize) }},
	{"discard", func(c jetstream.StreamConfig) string { return c.Discard.String() }},
	{"duplicate_window", func(c jetstream.StreamConfig) string { return c.Duplicates.String() }},
	{"republish", func(c jetstream.StreamConfig) string { return relayText(c.RePublish) }},
	{"compression", func(c jetstream.StreamConfig) string { return c.Compression.String() }},
	{"allow_direct", func(c jetstream.StreamConfig) string { return fmt.Sprint(c.AllowDirect) }},
	{"deny_delete", func(c jetstream.StreamConfig) string { return fmt.Sprint(c.DenyDelete) }},
}

func relayText(r *jetstream.RePublish) string {
	if r == nil {
		return "none"
	}
	return fmt.Sprintf("%s to %s headers_only=%t", r.Source, r.Destination, r.HeadersOnly)
}

// applied returns the live configuration with Provision's own settings written over it.
func applied(live, want jetstream.StreamConfig) jetstream.StreamConfig {
	live.Subjects, live.Description, live.Replicas = want.Subjects, want.Description, want.Replicas
	live.MaxAge, live.MaxBytes, live.MaxMsgSize = want.MaxAge, want.MaxBytes, want.MaxMsgSize
	live.Discard, live.Duplicates, live.RePublish = want.Discard, want.Duplicates, want.RePublish
	live.Compression, live.AllowDirect, live.DenyDelete = want.Compression, want.AllowDirect, want.DenyDelete
	return live
}

func streamChanges(have, want jetstream.StreamConfig) []string {
	return changes("stream "+want.Name, streamSettings, have, want)
}

func changes[C any](what string, settings []setting[C], have, want C) []string {
	var list []string
	for _, s := range settings {
		if from, to := s.text(have), s.text(want); from != to {
			list = append(list, fmt.Sprintf("%s: %s %s -> %s", what, s.name, from, to))
		}
	}
	return list
}

func refuseDurable(have, want jetstream.ConsumerConfig) error {
	switch {
	case have.AckPolicy != want.AckPolicy, have.DeliverPolicy != want.DeliverPolicy, have.DeliverSubject != "":
		return fmt.Errorf("it is not a pull consumer with acknowledgement %s from the first message on: delete it by hand", want.AckPolicy)
	case len(have.PriorityGroups) > 0:
		return fmt.Errorf("it has priority groups: delete it by hand")
	}
	return nil
}

var durableSettings = []setting[jetstream.ConsumerConfig]{
	{"description", func(c jetstream.ConsumerConfig) string { return fmt.Sprintf("%q", c.Description) }},
	{"ack_wait", func(c jetstream.ConsumerConfig) string { return c.AckWait.String() }},
	{"max_ack_pending", func(c jetstream.ConsumerConfig) string { return fmt.Sprint(c.MaxAckPending) }},
	{"max_deliver", func(c jetstream.ConsumerConfig) string { return fmt.Sprint(c.MaxDeliver) }},
	{"backoff", func(c jetstream.ConsumerConfig) string { return fmt.Sprint(c.BackOff) }},
	{"filter", func(c jetstream.ConsumerConfig) string {
		return strings.Join(slices.Concat(c.FilterSubjects, strings.Fields(c.FilterSubject)), ",")
	}},
}

func durableChanges(what string, have, want jetstream.ConsumerConfig) []string {
	return changes(what, durableSettings, have, want)
}
