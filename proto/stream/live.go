package stream

import "strings"

// MaxLive bounds a live event: its header and its body, in bytes. An audience of audience.MaxUsers users fits.
const MaxLive = 24 * kib

// LivePattern is the pattern of the subjects of all live events.
const LivePattern = "_live.>"

// liveListener is the only service that hears live events.
const liveListener = "gateway"

// Live returns the live events: what every gateway should hear now, and what nobody stores. Who is away never hears of it, so a live event
// loses its meaning within seconds. It travels on core NATS, on subject.Live. Its body is client JSON.
func Live() []Event {
	return []Event{
		{Name: "chat:escribiendo", Body: "ChatTyping", Publishers: []string{"chat"}, About: "somebody writes in a conversation; it is over at until, or when a message comes"},
	}
}

// LiveOf returns a live event; ok is false when there is none of this name.
func LiveOf(domain, event string) (e Event, ok bool) {
	for _, e := range Live() {
		if e.Name == domain+":"+event {
			return e, true
		}
	}
	return Event{}, false
}

// LiveSubjects returns the pattern of the subjects of one live event.
func (e Event) LiveSubjects() string {
	return "_live.*." + strings.Replace(e.Name, ":", ".", 1) + ".*"
}
