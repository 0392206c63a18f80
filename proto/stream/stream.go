// Package stream is the table of JetStream streams: what each one stores, relays, keeps and whom it serves. The table is
// data; pkg/bus turns it into server configuration, the NATS permissions of each service follow from it, and
// docs/subjects.md is printed from it.
package stream

import (
	"slices"
	"strings"
	"time"

	"github.com/terreno/terreno/proto/subject"
)

// Relay is what a stream republishes on the tenant side of what it stored.
type Relay int

const (
	// RelayNone republishes nothing.
	RelayNone Relay = iota
	// RelayBody republishes header and body to {tenant}.{domain}.{event}.{entity}.
	RelayBody
	// RelayHeaders republishes the header alone: the body is for workers, the header carries what clients see.
	RelayHeaders
	// RelayDirectory republishes header and body to dir.{tenant}.{domain}.{event}.{entity}, which no socket hears.
	RelayDirectory
)

// Discard is what a full stream does.
type Discard int

const (
	// DiscardOld drops the oldest messages.
	DiscardOld Discard = iota
	// DiscardNew refuses the publisher, so that the sender keeps what it has.
	DiscardNew
)

// Stream is one row of the table.
type Stream struct {
	Name string
	// Subjects that it stores.
	Ingress string
	Relay   Relay
	// Replayed: a socket that comes back gets what it missed of it, so the stream's sequence is part of the cursor.
	Replayed   bool
	MaxAge     time.Duration
	MaxBytes   int64
	MaxMsgSize int32
	Discard    Discard
	// How long a message id is remembered. A repeat inside it is acknowledged and not stored again.
	Dedupe time.Duration
	// The services that publish to it. With the next three it gives each service's NATS permissions (access.go).
	Publishers []string
	// The services that listen to what it relays.
	Listeners []string
	// The services that read it in sequence, on their own account and without a durable.
	Readers []string
	// The service that purges it up to what every consumer has acknowledged.
	Purger string
	// WORK: each of these must see every message once.
	Consumers []Consumer
	// Events that it stores. pkg/change publishes no other.
	Events []Event
	// What it is for, one line, for the documentation.
	About string
}

// Event is one kind of message within a stream.
type Event struct {
	// Name as clients know it: domain and event, such as alerta:nueva.
	Name string
	// Body is the proto message of package terreno.v1. It is sent as client JSON, but for TRACKING, which stores it in binary.
	Body string
	// Publishers are some of the stream's.
	Publishers []string
	// About says when it is published, one line, for the documentation.
	About string
}

// Consumer is a durable, unfiltered pull consumer: filters cost 3 to 15 times the throughput.
type Consumer struct {
	Durable string
	Service string
	// Ordered: one process at a time reads it, strictly in the stream's order, and keeps how far it came beside what it
	// made of the messages (pkg/bus/ordered). The durable then only shows the lag and holds back the purge.
	Ordered bool
	// How long a message may be in a handler's hands between two signs of life.
	AckWait time.Duration
	// Messages that may be unacknowledged at once, over all replicas.
	MaxAckPending int
}

const (
	kib = 1 << 10
	gib = 1 << 30
	day = 24 * time.Hour
)

// Names of the streams.
const (
	Tracking  = "TRACKING"
	Alerts    = "ALERTS"
	Activity  = "ACTIVITY"
	Chat      = "CHAT"
	Directory = "DIRECTORY"
	Notify    = "NOTIFY"
	DLQ       = "DLQ"
)

// AnyService stands for every service in a list of them.
const AnyService = "*"

// Names of durables.
const (
	// TrackingWriter carries positions to PostgreSQL.
	TrackingWriter = "tracking-writer"
	// GeofenceEvaluator judges positions by the zones.
	GeofenceEvaluator = "geofence-evaluator"
	// NotifierInbox carries alerts to the inbox.
	NotifierInbox = "notifier-inbox"
)

// Table returns every stream of an installation, in the order in which they are made.
func Table() []Stream {
	return []Stream{
		{
			Name: Tracking, Ingress: "in.*.tracking.ubicacion.*", Relay: RelayHeaders,
			// Longer than any outage of PostgreSQL that goes unnoticed: age drops what was acknowledged without a word, where
			// max_bytes refuses. The writer purges what every consumer has, so that the stream is short in good times.
			MaxAge: 14 * day, MaxBytes: 8 * gib, MaxMsgSize: 256 * kib, Discard: DiscardNew,
			// A phone sends an upload again after seconds, and whoever comes later is known by the table's key. Each id costs
			// memory on every server for as long.
			Dedupe:     2 * time.Minute,
			Publishers: []string{"tracking-ingest"}, Listeners: []string{"gateway"}, Purger: "tracking-ingest",
			Consumers: []Consumer{
				{Durable: TrackingWriter, Service: "tracking-ingest", AckWait: 30 * time.Second, MaxAckPending: 5000},
				{Durable: GeofenceEvaluator, Service: "geofence", AckWait: 30 * time.Second, MaxAckPending: 5000, Ordered: true},
			},
			Events: []Event{
				{Name: "tracking:ubicacion", Body: "PositionBatch", Publishers: []string{"tracking-ingest"}, About: "a phone uploaded positions; its header has the newest live one, a Position"},
			},
			About: "GPS uploads, a PositionBatch of at most 500 fixes a message; full means 503 to phones",
		},
		{
			Name: Alerts, Ingress: "in.*.alerta.*.*", Relay: RelayBody, Replayed: true,
			MaxAge: 7 * day, MaxBytes: 2 * gib, MaxMsgSize: 64 * kib, Dedupe: 10 * time.Minute,
			Publishers: []string{"geofence", "notifier"}, Readers: []string{"gateway"},
			Consumers: []Consumer{
				{Durable: NotifierInbox, Service: "notifier", AckWait: 30 * time.Second, MaxAckPending: 1000},
			},
			Events: []Event{
				{Name: "alerta:nueva", Body: "Alert", Publishers: []string{"geofence"}, About: "it goes on now"},
				{Name: "alerta:tardia", Body: "Alert", Publishers: []string{"geofence"}, About: "it is past, and known from positions that came late; disturb nobody"},
				{Name: "alerta:cerrada", Body: "Alert", Publishers: []string{"geofence"}, About: "it is over"},
				{Name: "alerta:actualizada", Body: "Alert", Publishers: []string{"notifier"}, About: "somebody acknowledged or resolved it"},
			},
			About: "alerts raised, closed and changed",
		},
		{
			Name: Activity, Ingress: "in.*.actividad.*.*", Relay: RelayBody, Replayed: true,
			MaxAge: 7 * day, MaxBytes: 2 * gib, MaxMsgSize: 64 * kib, Dedupe: 10 * time.Minute,
			Readers: []string{"gateway"},
			About:   "visits, tasks and shifts",
		},
		{
			Name: Chat, Ingress: "in.*.chat.*.*", Relay: RelayBody, Replayed: true,
			MaxAge: 7 * day, MaxBytes: 4 * gib, MaxMsgSize: 64 * kib, Dedupe: 10 * time.Minute,
			Readers: []string{"gateway"},
			About:   "messages and receipts",
		},
		{
			Name: Directory, Ingress: "in.*.directorio.*.*", Relay: RelayDirectory,
			MaxAge: 7 * day, MaxBytes: gib, MaxMsgSize: 64 * kib, Dedupe: 10 * time.Minute,
			Publishers: []string{"geofence", "identity"}, Listeners: []string{AnyService}, Readers: []string{AnyService},
			Events: []Event{
				{Name: "directorio:usuario", Body: "DirectoryUser", Publishers: []string{"identity"}, About: "a user was made or changed, or its tokens were revoked"},
				{Name: "directorio:empresa", Body: "DirectoryCompany", Publishers: []string{"identity"}, About: "a company was made, changed or suspended"},
				{Name: "directorio:sesion", Body: "DirectorySession", Publishers: []string{"identity"}, About: "one session ended"},
				{Name: "directorio:zonas", Body: "DirectoryZones", Publishers: []string{"geofence"}, About: "zones or assignments of a company changed"},
			},
			About: "NEWS for services: who is who, who was revoked or suspended; never to sockets",
		},
		{
			Name: Notify, Ingress: "in.*.notificacion.*.*", Relay: RelayNone,
			// Full means that the outbox waits: a push that was dropped would be missed by nobody but its user.
			MaxAge: 7 * day, MaxBytes: 2 * gib, MaxMsgSize: 64 * kib, Discard: DiscardNew, Dedupe: 10 * time.Minute,
			About: "one message per push and device",
		},
		{
			Name: DLQ, Ingress: "dlq.>", Relay: RelayNone,
			MaxAge: 30 * day, MaxBytes: gib, MaxMsgSize: 512 * kib, Dedupe: time.Hour,
			About: "dead letters: the original with its header and the reason",
		},
	}
}

// ByName returns the row of a stream; ok is false when the table has none.
func ByName(name string) (s Stream, ok bool) {
	for _, s := range Table() {
		if s.Name == name {
			return s, true
		}
	}
	return Stream{}, false
}

// Replayed returns the streams whose sequences make a socket's cursor, in the order of the cursor.
func Replayed() []Stream {
	var replayed []Stream
	for _, s := range Table() {
		if s.Replayed {
			replayed = append(replayed, s)
		}
	}
	return replayed
}

// EventOf returns what the table says of an event; ok is false when it does not name it.
func EventOf(domain, event string) (e Event, ok bool) {
	name := domain + ":" + event
	for _, s := range Table() {
		for _, e := range s.Events {
			if e.Name == name {
				return e, true
			}
		}
	}
	return Event{}, false
}

// For returns the row of the stream that stores a subject; ok is false when none does.
func For(s subject.Subject) (row Stream, ok bool) {
	ingress := strings.Split(s.Ingress(), ".")
	for _, row := range Table() {
		pattern := strings.Split(row.Ingress, ".")
		if slices.EqualFunc(ingress, pattern, func(token, p string) bool { return p == "*" || p == token }) {
			return row, true
		}
	}
	return Stream{}, false
}
