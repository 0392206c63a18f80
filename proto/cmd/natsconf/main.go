// Command natsconf prints deploy/nats/terreno.conf from the stream table: a NATS server with the same users, permissions
// and limits that `terreno up` gives its own. `make generate` runs it, `make verify` compares.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/terreno/terreno/proto/stream"
)

// admin provisions the streams and reads dead letters; it may do everything. pkg/bus names it so.
const admin = "admin"

func main() {
	if err := write(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, head, room(), room()>>30)
	b.WriteString("\nauthorization {\n  users = [\n")
	fmt.Fprintf(&b, "    { user: %q, password: $%s }\n", admin, variable(admin))
	for _, name := range stream.Services() {
		p := stream.Access(name)
		fmt.Fprintf(&b, "    { user: %q, password: $%s, permissions: {\n", name, variable(name))
		fmt.Fprintf(&b, "      publish: { allow: [%s] }\n", list(p.Publish))
		fmt.Fprintf(&b, "      subscribe: { allow: [%s] } } }\n", list(p.Subscribe))
	}
	b.WriteString("  ]\n}\n")
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	return nil
}

const head = `# A NATS server for Terreno. Printed from proto/stream by "make generate": change the table there.
#
# The passwords come from the environment, NATS_PASSWORD_ and the user's name, as values of this format: with quotation
# marks, since a bare 12e4 is a number here. docker-compose.yml sets them so; by hand it is
#   NATS_PASSWORD_ADMIN='"..."' NATS_PASSWORD_GATEWAY='"..."' ... nats-server -c terreno.conf
# One account, a user per service, which may do what its row says and nothing else; clients never connect to NATS.

server_name: "terreno"
listen: "0.0.0.0:4222"
# Health and figures. It asks for no password: let nobody but operators reach it.
http: "0.0.0.0:8222"
max_payload: 1048576

jetstream {
  store_dir: "/data"
  # What the streams may grow to together. The disk must have it, since streams reserve it whether they use it or not.
  max_file_store: %d # %d GiB
  # For one server: its death loses nothing that it acknowledged, a power cut up to the last 200 ms. In production run
  # three servers as a cluster, provision with TERRENO_REPLICAS=3, and write sync_interval: always.
  sync_interval: "200ms"
}
`

// room is what the table's streams reserve together.
func room() int64 {
	var sum int64
	for _, s := range stream.Table() {
		sum += s.MaxBytes
	}
	return sum
}

func variable(user string) string {
	return "NATS_PASSWORD_" + strings.ToUpper(strings.ReplaceAll(user, "-", "_"))
}

// list puts each subject on a line of its own, so that a change shows.
func list(subjects []string) string {
	var b strings.Builder
	for _, s := range subjects {
		fmt.Fprintf(&b, "\n        %q", s)
	}
	return b.String()
}
