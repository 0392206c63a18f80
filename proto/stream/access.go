package stream

import (
	"slices"
	"strings"
)

// Permissions are the NATS subjects that the user of one service may publish to and subscribe to. All services share one
// account. Clients never connect to NATS.
type Permissions struct {
	Publish, Subscribe []string
}

// InboxPrefix returns the only reply space to which a service may subscribe. So no service receives the replies of
// another.
func InboxPrefix(service string) string { return "_INBOX_" + service }

// Services returns all services that the tables of streams and of live events name, sorted.
func Services() []string {
	var names []string
	for _, s := range Table() {
		names = slices.Concat(names, s.Publishers, s.Listeners, s.Readers)
		for _, c := range s.Consumers {
			names = append(names, c.Service)
		}
	}
	for _, e := range Live() {
		names = append(names, e.Publishers...)
	}
	names = append(names, liveListener)
	names = slices.DeleteFunc(names, func(n string) bool { return n == AnyService })
	slices.Sort(names)
	return slices.Compact(names)
}

// Access returns what a service may do. It contains only permissions that follow from the tables.
func Access(service string) Permissions {
	p := Permissions{
		// Each service publishes its own dead letters. A client needs JetStream's account info to find out that JetStream
		// is enabled.
		Publish:   []string{"dlq." + service + ".>", "$JS.API.INFO"},
		Subscribe: []string{InboxPrefix(service) + ".>"},
	}
	for _, s := range Table() {
		p.add(service, s)
	}
	for _, e := range Live() {
		if slices.Contains(e.Publishers, service) {
			p.Publish = append(p.Publish, e.LiveSubjects())
		}
	}
	if service == liveListener {
		p.Subscribe = append(p.Subscribe, LivePattern)
	}
	if service == presenceService {
		p.Publish, p.Subscribe = append(p.Publish, PresenceSubject), append(p.Subscribe, PresenceSubject)
	}
	return p
}

func (p *Permissions) add(service string, s Stream) {
	named := func(list []string) bool { return slices.Contains(list, service) || slices.Contains(list, AnyService) }
	if named(s.Publishers) {
		p.Publish = append(p.Publish, s.Ingress)
	}
	if named(s.Listeners) {
		p.Subscribe = append(p.Subscribe, s.RelayPattern())
	}
	if named(s.Readers) {
		p.Publish = append(p.Publish,
			"$JS.API.STREAM.INFO."+s.Name, "$JS.API.STREAM.MSG.GET."+s.Name,
			"$JS.API.CONSUMER.CREATE."+s.Name+".>", "$JS.API.CONSUMER.INFO."+s.Name+".*",
			"$JS.API.CONSUMER.DELETE."+s.Name+".*", "$JS.API.CONSUMER.MSG.NEXT."+s.Name+".*")
	}
	if s.Purger == service {
		p.Publish = append(p.Publish,
			"$JS.API.STREAM.INFO."+s.Name, "$JS.API.STREAM.MSG.GET."+s.Name, "$JS.API.STREAM.PURGE."+s.Name,
			"$JS.API.CONSUMER.INFO."+s.Name+".*")
	}
	for _, c := range s.Consumers {
		if c.Service != service {
			continue
		}
		at := s.Name + "." + c.Durable
		p.Publish = append(p.Publish,
			"$JS.API.STREAM.INFO."+s.Name, "$JS.API.CONSUMER.INFO."+at, "$JS.API.CONSUMER.CREATE."+at,
			"$JS.API.CONSUMER.MSG.NEXT."+at, "$JS.ACK."+at+".>")
		if c.Ordered {
			// It reads the message at its position, to notice that the stream lost its end and used the sequence again.
			p.Publish = append(p.Publish, "$JS.API.CONSUMER.RESET."+at, "$JS.API.STREAM.MSG.GET."+s.Name)
		}
	}
}

// RelayPattern returns the pattern of the subjects to which the stream relays. It is empty when the stream relays
// nothing.
func (s Stream) RelayPattern() string {
	public := strings.TrimPrefix(s.Ingress, "in.")
	switch s.Relay {
	case RelayBody, RelayHeaders:
		return public
	case RelayDirectory:
		return "dir." + public
	default:
		return ""
	}
}
