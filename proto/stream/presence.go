package stream

// PresenceSubject is where gateways tell each other who is online: on core NATS, without a stream. Only they may publish and subscribe.
const PresenceSubject = "_presence.gateways"

const presenceService = "gateway"

// Presence returns the events about presence, which each gateway makes for its own sockets. No service publishes them.
func Presence() []Event {
	return []Event{
		{Name: "usuario:online", Body: "PresenceChange", About: "a person came online, over all gateways; not replayed"},
		{Name: "usuario:offline", Body: "PresenceChange", About: "a person has had no connection for some seconds; not replayed"},
		{Name: "usuario:presencia", Body: "PresenceList", About: "who is online among those whom one may see, in parts, counted from 1; completo says that it is the last. Without parte: what became different of single people"},
	}
}
