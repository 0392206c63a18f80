// Command subjectsdoc prints docs/subjects.md from the stream table. `make generate` runs it. `make verify` checks that the
// file is up to date.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/terreno/terreno/proto/stream"
)

func main() {
	if err := write(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(w io.Writer) error {
	var b strings.Builder
	b.WriteString(head)
	b.WriteString("| stream | stores | relays to | kept | limits | when full | for |\n|---|---|---|---|---|---|---|\n")
	for _, s := range stream.Table() {
		fmt.Fprintf(&b, "| %s | `%s` | %s | %.0f h | %d MiB, a message %d KiB | %s | %s |\n", s.Name, s.Ingress, relay(s),
			s.MaxAge.Hours(), s.MaxBytes>>20, s.MaxMsgSize>>10, full(s), s.About)
	}
	b.WriteString("\n## Events\n\n" + events + "| stream | event | body | published by | when |\n|---|---|---|---|---|\n")
	for _, s := range stream.Table() {
		for _, e := range s.Events {
			fmt.Fprintf(&b, "| %s | `%s` | %s | %s | %s |\n", s.Name, e.Name, e.Body, strings.Join(e.Publishers, ", "), e.About)
		}
	}
	b.WriteString("\n## Live events\n\n" + live + "| event | subjects | body | published by | when |\n|---|---|---|---|---|\n")
	for _, e := range stream.Live() {
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s | %s |\n", e.Name, e.LiveSubjects(), e.Body, strings.Join(e.Publishers, ", "), e.About)
	}
	b.WriteString("\n## Presence\n\n" + presence + "| event | data | when |\n|---|---|---|\n")
	for _, e := range stream.Presence() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", e.Name, e.Body, e.About)
	}
	b.WriteString("\n## Durable consumers\n\nDurable, unfiltered pull consumers. All replicas of a service share its durable, so one of them handles each message.\n\n" +
		"| stream | durable | service | in order | ack wait | unacknowledged at most |\n|---|---|---|---|---|---|\n")
	for _, s := range stream.Table() {
		for _, c := range s.Consumers {
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %d |\n", s.Name, c.Durable, c.Service, yes(c.Ordered), c.AckWait, c.MaxAckPending)
		}
	}
	b.WriteString("\n## Permissions of each service's NATS user\n\nThere is one account. Each service has its own user. Clients never connect to NATS.\n\n" +
		"| service | may publish to | may subscribe to |\n|---|---|---|\n")
	for _, name := range stream.Services() {
		p := stream.Access(name)
		fmt.Fprintf(&b, "| %s | %s | %s |\n", name, code(p.Publish), code(p.Subscribe))
	}
	_, err := io.WriteString(w, b.String())
	if err != nil {
		return fmt.Errorf("write subjects: %w", err)
	}
	return nil
}

const head = `# Subjects and streams

<!-- "make generate" prints this file from proto/stream. Change the table there. -->

Each tenant has its own subject prefix. A service publishes a message on the ingress side. A stream stores and acknowledges
it. The server then republishes it on the tenant side, where other services subscribe:

    in.{tenant}.{domain}.{event}.{entity}  ->  stream  ->  {tenant}.{domain}.{event}.{entity}

A client knows the event as ` + "`{domain}:{event}`" + `. A token has 1 to 64 characters of A-Z, a-z, 0-9, _ and -. No tenant may be named
in, dir or dlq, or have a name that begins with _. Every message has the header ` + "`Nats-Msg-Id`. `Terreno-Users`,\n`Terreno-Teams` (their supervisors), `Terreno-Members` (all people of teams) and `Terreno-Roles`" + ` name who may see an event. ` + "`Terreno-Key` and `Terreno-Time`" + ` mark an event of which only
the newest per key counts. A position says all of that in ` + "`Terreno-Own`" + `: its user, its time in milliseconds and the user's teams.

`

const events = `A body is a message of proto/terreno/v1, written as client JSON. TRACKING stores it in binary. pkg/change publishes no
event that this table does not name.

`

const live = `What every gateway should hear now, and what no stream stores. A service publishes it on core NATS, and each gateway sends it to
the sockets of its audience: at most once, without an id, and not to a socket that lags. The body is client JSON.

`

const presence = "Gateways tell each other on `" + stream.PresenceSubject + "` who is online, on core NATS: nobody else may publish or hear it. Each makes these\n" +
	"events for its own sockets.\n\n"

func relay(s stream.Stream) string {
	switch s.Relay {
	case stream.RelayNone:
		return "nothing"
	case stream.RelayHeaders:
		return "`" + s.RelayPattern() + "`, header only"
	default:
		return "`" + s.RelayPattern() + "`"
	}
}

func full(s stream.Stream) string {
	if s.Discard == stream.DiscardNew {
		return "refuses"
	}
	return "drops the oldest"
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func code(subjects []string) string {
	return "`" + strings.Join(subjects, "` `") + "`"
}
