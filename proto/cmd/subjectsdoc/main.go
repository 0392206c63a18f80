// Command subjectsdoc prints docs/subjects.md from the stream table. `make generate` runs it, `make verify` compares.
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
	b.WriteString("\n## Who works on them\n\nDurable, unfiltered pull consumers: each message is done once by the service.\n\n" +
		"| stream | durable | service | in order | ack wait | unacknowledged at most |\n|---|---|---|---|---|---|\n")
	for _, s := range stream.Table() {
		for _, c := range s.Consumers {
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %d |\n", s.Name, c.Durable, c.Service, yes(c.Ordered), c.AckWait, c.MaxAckPending)
		}
	}
	b.WriteString("\n## What each service's NATS user may do\n\nOne account, a user per service; clients never connect to NATS.\n\n" +
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

<!-- Printed from proto/stream by "make generate". Change the table there. -->

A tenant is one subject prefix. Services publish on the ingress side, a stream stores and acknowledges, and what was
stored is heard on the tenant side:

    in.{tenant}.{domain}.{event}.{entity}  ->  stream  ->  {tenant}.{domain}.{event}.{entity}

A client knows the event as ` + "`{domain}:{event}`" + `. Tokens are 1 to 64 characters of A-Z, a-z, 0-9, _ and -. Tenants named in,
dir, dlq or beginning with _ do not exist. The header ` + "`Nats-Msg-Id`" + ` is always set; ` + "`Terreno-Users`, `Terreno-Teams` and\n`Terreno-Roles`" + ` name who may see an event, ` + "`Terreno-Key` and `Terreno-Time`" + ` mark one of which only the newest counts.

`

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
