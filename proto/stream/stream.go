// Package stream is the table of JetStream streams: what each stream stores, relays and keeps, and which services use it.
// The table is data. pkg/bus makes the server configuration from it, the NATS permissions of each service follow from it,
// and docs/subjects.md is generated from it.
package stream

import (
	"slices"
	"strings"
	"time"

	"github.com/terreno/terreno/proto/subject"
)

// Relay says what a stream republishes of each message that it stores.
type Relay int

const (
	// RelayNone republishes nothing.
	RelayNone Relay = iota
	// RelayBody republishes header and body to {tenant}.{domain}.{event}.{entity}.
	RelayBody
	// RelayHeaders republishes only the header, which holds what clients see; the body is for workers.
	RelayHeaders
	// RelayDirectory republishes header and body to dir.{tenant}.{domain}.{event}.{entity}, which no socket receives.
	RelayDirectory
)

// Discard says what a stream does when it is full.
type Discard int

const (
	// DiscardOld drops the oldest messages.
	DiscardOld Discard = iota
	// DiscardNew refuses new messages, so that the sender keeps them.
	DiscardNew
)

// Stream is one row of the table.
type Stream struct {
	Name string
	// Ingress is the pattern of the subjects that the stream stores.
	Ingress string
	Relay   Relay
	// Replayed means that a socket which reconnects gets the messages that it missed. So the stream's sequence is part of
	// the cursor.
	Replayed   bool
	MaxAge     time.Duration
	MaxBytes   int64
	MaxMsgSize int32
	Discard    Discard
	// Dedupe is how long the stream remembers a message id. During this time it acknowledges a repeated message and does
	// not store it again.
	Dedupe time.Duration
	// Publishers are the services that publish to the stream. NATS permissions follow from this field and the next three
	// (access.go).
	Publishers []string
	// Listeners are the services that listen to what the stream relays.
	Listeners []string
	// Readers are the services that read the stream in sequence, without a durable.
	Readers []string
	// Purger is the service that deletes the messages which every consumer has acknowledged.
	Purger string
	// Consumers are the durables of a WORK stream. Each must see every message once.
	Consumers []Consumer
	// Events are the events that the stream stores. pkg/change publishes no others.
	Events []Event
	// About describes the stream in one line, for the documentation.
	About string
}

// Event is one kind of message within a stream.
type Event struct {
	// Name is domain and event, as clients know it, such as alerta:nueva.
	Name string
	// Body is the protobuf message of package terreno.v1. It is sent as client JSON; only TRACKING stores it in binary.
	Body string
	// Publishers are the services that publish this event, a part of the stream's publishers.
	Publishers []string
	// About says in one line when the event is published, for the documentation.
	About string
}

// Consumer is a durable pull consumer without a filter: filters make it 3 to 15 times slower.
type Consumer struct {
	Durable string
	Service string
	// Ordered means that one process at a time reads the stream, strictly in order, and stores its position together with
	// its results (pkg/bus/ordered). The durable then only shows the lag and holds back the purge.
	Ordered bool
	// AckWait is how long the server hears nothing of a message before it delivers the message again. A process gives a sign
	// of life for every message in its hands three times in this period, so AckWait does not limit how long a handler takes.
	// It is how long the messages of a process that died stay away.
	AckWait time.Duration
	// MaxAckPending is how many messages may be unacknowledged at once, in all replicas together.
	MaxAckPending int
}

const (
	kib = 1 << 10
	gib = 1 << 30
	day = 24 * time.Hour
	// ackWait brings back what a dead process had in hand within seconds.
	ackWait = 3 * time.Second
)

// Names of the streams.
const (
	Tracking  = "TRACKING"
	Alerts    = "ALERTS"
	Activity  = "ACTIVITY"
	Summary   = "SUMMARY"
	Chat      = "CHAT"
	Directory = "DIRECTORY"
	Notify    = "NOTIFY"
	Urgent    = "URGENT"
	Webhook   = "WEBHOOK"
	DLQ       = "DLQ"
)

// AnyService stands for every service in a list of services.
const AnyService = "*"

// Names of durables.
const (
	// TrackingWriter writes positions to PostgreSQL.
	TrackingWriter = "tracking-writer"
	// TrackingShifts finds out which positions a shift reveals.
	TrackingShifts = "tracking-shifts"
	// GeofenceEvaluator compares positions with the zones.
	GeofenceEvaluator = "geofence-evaluator"
	// NotifierInbox writes alerts to the inbox.
	NotifierInbox = "notifier-inbox"
	// SummaryActivity marks the days that a visit or a shift changed.
	SummaryActivity = "summary-activity"
	// ActivityHelp shows where people are who call for help.
	ActivityHelp = "activity-help"
	// NotifierActivity tells people of their visits.
	NotifierActivity = "notifier-activity"
	// NotifierPush and NotifierUrgent send pushes, and NotifierWebhook calls webhooks.
	NotifierPush    = "notifier-push"
	NotifierUrgent  = "notifier-urgent"
	NotifierWebhook = "notifier-webhook"
	// NotifierChat tells people of messages that their devices did not get.
	NotifierChat = "notifier-chat"
)

// tracking is the row of TRACKING.
var tracking = Stream{
	Name: Tracking, Ingress: "in.*.tracking.ubicacion.*", Relay: RelayHeaders,
	// MaxAge is longer than an outage of PostgreSQL can go unnoticed. This matters because MaxAge silently drops
	// messages that were acknowledged to the phone, while MaxBytes refuses new ones. The writer purges what every
	// consumer has acknowledged, so normally the stream is short.
	MaxAge: 14 * day, MaxBytes: 8 * gib, MaxMsgSize: 256 * kib, Discard: DiscardNew,
	// A phone repeats an upload after seconds. The table's key recognises a later repeat. Every server keeps each
	// id in memory for this time.
	Dedupe:     2 * time.Minute,
	Publishers: []string{"tracking-ingest"}, Listeners: []string{"gateway"}, Purger: "tracking-ingest",
	Consumers: []Consumer{
		{Durable: TrackingWriter, Service: "tracking-ingest", AckWait: ackWait, MaxAckPending: 5000},
		// The next evaluator resets this durable, so it waits for no AckWait.
		{Durable: GeofenceEvaluator, Service: "geofence", AckWait: 30 * time.Second, MaxAckPending: 5000, Ordered: true},
	},
	Events: []Event{
		{Name: "tracking:ubicacion", Body: "Track", Publishers: []string{"tracking-ingest"}, About: "a phone uploaded positions; the header has the newest live one, as a Position"},
	},
	About: "GPS uploads, a Track of at most 500 fixes of one UTC day a message; full means 503 to phones",
}

// alertEvents are the events of ALERTS.
var alertEvents = []Event{
	{Name: "alerta:nueva", Body: "Alert", Publishers: []string{"geofence", "inactivity", "notifier"}, About: "an alert has begun and continues"},
	{Name: "alerta:sistema", Body: "Alert", Publishers: []string{"inactivity"}, About: "something is wrong that is about no person, such as a silence that many share; for admins"},
	{Name: "alerta:tardia", Body: "Alert", Publishers: []string{"geofence"}, About: "an alert in the past became known from late positions; disturb nobody"},
	{Name: "alerta:cerrada", Body: "Alert", Publishers: []string{"geofence", "inactivity"}, About: "an alert ended"},
	{Name: "alerta:actualizada", Body: "Alert", Publishers: []string{"notifier"}, About: "people did something about an alert, or somebody was told of it"},
}

// notify, urgent and webhook are the rows of what leaves the installation. Each has a stream of its own, because a filter would make
// their durables slow, and so that a flood of one fills no other. When one is full, it refuses, and what is new waits in the outbox: if
// it dropped an old push, only its user would notice. notifier purges what was sent, so that only what waits fills them. A push that is
// tried again later counts as pending, so many may be.
var (
	notify = Stream{
		Name: Notify, Ingress: "in.*.notificacion.push.*", Relay: RelayNone,
		MaxAge: 7 * day, MaxBytes: 2 * gib, MaxMsgSize: 64 * kib, Discard: DiscardNew, Dedupe: 10 * time.Minute,
		Publishers: []string{"notifier"}, Purger: "notifier",
		Consumers: []Consumer{{Durable: NotifierPush, Service: "notifier", AckWait: ackWait, MaxAckPending: 20_000}},
		Events:    []Event{{Name: "notificacion:push", Body: "Push", Publishers: []string{"notifier"}, About: "a notification is to be sent to a device"}},
		About:     "pushes, a message per notification and device",
	}
	urgent = Stream{
		Name: Urgent, Ingress: "in.*.notificacion.urgente.*", Relay: RelayNone,
		MaxAge: 7 * day, MaxBytes: gib, MaxMsgSize: 64 * kib, Discard: DiscardNew, Dedupe: 10 * time.Minute,
		Publishers: []string{"notifier"}, Purger: "notifier",
		Consumers: []Consumer{{Durable: NotifierUrgent, Service: "notifier", AckWait: ackWait, MaxAckPending: 20_000}},
		Events:    []Event{{Name: "notificacion:urgente", Body: "Push", Publishers: []string{"notifier"}, About: "a notification that cannot wait is to be sent to a device"}},
		About:     "pushes that cannot wait, such as calls for help: nothing else delays them",
	}
	webhook = Stream{
		Name: Webhook, Ingress: "in.*.notificacion.webhook.*", Relay: RelayNone,
		MaxAge: 7 * day, MaxBytes: gib, MaxMsgSize: 64 * kib, Discard: DiscardNew, Dedupe: 10 * time.Minute,
		Publishers: []string{"notifier"}, Purger: "notifier",
		Consumers: []Consumer{{Durable: NotifierWebhook, Service: "notifier", AckWait: ackWait, MaxAckPending: 20_000}},
		Events:    []Event{{Name: "notificacion:webhook", Body: "WebhookCall", Publishers: []string{"notifier"}, About: "a company's webhook is to be called"}},
		About:     "calls to companies' webhooks",
	}
)

// Table returns all streams of an installation, in the order in which they are created.
func Table() []Stream {
	return []Stream{
		tracking,
		{
			Name: Alerts, Ingress: "in.*.alerta.*.*", Relay: RelayBody, Replayed: true,
			MaxAge: 7 * day, MaxBytes: 2 * gib, MaxMsgSize: 64 * kib, Dedupe: 10 * time.Minute,
			Publishers: []string{"geofence", "inactivity", "notifier"}, Readers: []string{"gateway"},
			Consumers: []Consumer{
				{Durable: NotifierInbox, Service: "notifier", AckWait: ackWait, MaxAckPending: 1000},
				{Durable: ActivityHelp, Service: "activity", AckWait: ackWait, MaxAckPending: 1000},
			},
			Events: alertEvents,
			About:  "alerts raised, closed and changed",
		},
		{
			Name: Activity, Ingress: "in.*.actividad.*.*", Relay: RelayBody, Replayed: true,
			MaxAge: 7 * day, MaxBytes: 2 * gib, MaxMsgSize: 64 * kib, Dedupe: 10 * time.Minute,
			// Whoever shows or judges positions reads who is on shift.
			Publishers: []string{"activity"}, Readers: []string{"gateway", "geofence", "tracking-ingest"},
			Consumers: []Consumer{
				{Durable: TrackingShifts, Service: "tracking-ingest", AckWait: ackWait, MaxAckPending: 1000},
				{Durable: SummaryActivity, Service: "summary", AckWait: ackWait, MaxAckPending: 1000},
				{Durable: NotifierActivity, Service: "notifier", AckWait: ackWait, MaxAckPending: 1000},
			},
			Events: []Event{
				{Name: "actividad:estado", Body: "Activity", Publishers: []string{"activity"}, About: "a visit, a task or a shift began or changed; tipo says which of them it is; auxilio, a call for help, is for services"},
				{Name: "actividad:rastreo", Body: "ActivityTracking", Publishers: []string{"activity"}, About: "a company decided whether its people are tracked always or only in their shifts"},
			},
			About: "visits, tasks and shifts, and when people are tracked",
		},
		{
			Name: Summary, Ingress: "in.*.resumen.*.*", Relay: RelayBody, Replayed: true,
			MaxAge: 7 * day, MaxBytes: gib, MaxMsgSize: 64 * kib, Dedupe: 10 * time.Minute,
			Publishers: []string{"summary"}, Readers: []string{"gateway"},
			Events: []Event{
				{Name: "resumen:diario", Body: "Summary", Publishers: []string{"summary"}, About: "a day of a user was closed, and this is what it came to"},
				{Name: "resumen:actualizado", Body: "Summary", Publishers: []string{"summary"}, About: "a closed day came to something else"},
			},
			About: "what each user's day came to",
		},
		{
			Name: Chat, Ingress: "in.*.chat.*.*", Relay: RelayBody, Replayed: true,
			MaxAge: 7 * day, MaxBytes: 4 * gib, MaxMsgSize: 64 * kib, Dedupe: 10 * time.Minute,
			Publishers: []string{"chat"}, Readers: []string{"gateway"},
			Consumers: []Consumer{{Durable: NotifierChat, Service: "notifier", AckWait: ackWait, MaxAckPending: 1000}},
			Events: []Event{
				{Name: "chat:mensaje", Body: "ChatMessage", Publishers: []string{"chat"}, About: "somebody wrote a message"},
				{Name: "chat:editado", Body: "ChatMessage", Publishers: []string{"chat"}, About: "a message was changed or deleted"},
				{Name: "chat:entregado", Body: "ChatReceipt", Publishers: []string{"chat"}, About: "a device has messages"},
				{Name: "chat:leido", Body: "ChatReceipt", Publishers: []string{"chat"}, About: "somebody read messages"},
				{Name: "chat:conversacion", Body: "Conversation", Publishers: []string{"chat"}, About: "a conversation began, or its title or its people changed"},
				{Name: "chat:ajustes", Body: "ChatSettings", Publishers: []string{"chat"}, About: "a company decided something about its conversations"},
				{Name: "chat:aviso", Body: "ChatNotice", Publishers: []string{"chat"}, About: "people whose devices did not get a message are to be told; for services"},
			},
			About: "messages, receipts and conversations",
		},
		{
			Name: Directory, Ingress: "in.*.directorio.*.*", Relay: RelayDirectory,
			MaxAge: 7 * day, MaxBytes: gib, MaxMsgSize: 64 * kib, Dedupe: 10 * time.Minute,
			Publishers: []string{"geofence", "identity"}, Listeners: []string{AnyService}, Readers: []string{AnyService},
			Events: []Event{
				{Name: "directorio:usuario", Body: "DirectoryUser", Publishers: []string{"identity"}, About: "a user was created or changed, or its tokens were revoked"},
				{Name: "directorio:empresa", Body: "DirectoryCompany", Publishers: []string{"identity"}, About: "a company was created, changed or suspended"},
				{Name: "directorio:sesion", Body: "DirectorySession", Publishers: []string{"identity"}, About: "one session ended"},
				{Name: "directorio:zonas", Body: "DirectoryZones", Publishers: []string{"geofence"}, About: "zones or assignments of a company changed"},
			},
			About: "NEWS for services about users, companies, sessions and zones; sockets never get it",
		},
		notify,
		urgent,
		webhook,
		{
			Name: DLQ, Ingress: "dlq.>", Relay: RelayNone,
			MaxAge: 30 * day, MaxBytes: gib, MaxMsgSize: 512 * kib, Dedupe: time.Hour,
			About: "dead letters: the original with its header and the reason",
		},
	}
}

// ByName returns the stream with this name; ok is false when the table has none.
func ByName(name string) (s Stream, ok bool) {
	for _, s := range Table() {
		if s.Name == name {
			return s, true
		}
	}
	return Stream{}, false
}

// Replayed returns the streams whose sequences form a socket's cursor, in the order of the cursor.
func Replayed() []Stream {
	var replayed []Stream
	for _, s := range Table() {
		if s.Replayed {
			replayed = append(replayed, s)
		}
	}
	return replayed
}

// EventOf returns an event of the table; ok is false when the table does not name it.
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

// For returns the stream that stores a subject; ok is false when no stream does.
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
