// Command natsconf prints deploy/nats/terreno.conf, the configuration of a NATS server, from the stream table. That server
// has the same users, permissions and limits as the server of `terreno up`. `make generate` runs the command. `make
// verify` checks that the file is up to date.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/terreno/terreno/proto/stream"
)

// admin is the user that provisions the streams and reads dead letters. It has all permissions. pkg/bus uses the same name.
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

const head = `# A NATS server for Terreno. "make generate" prints this file from proto/stream: change the table there.
#
# The passwords come from the environment: NATS_PASSWORD_ and the name of the user. Their values need quotation marks,
# because without them NATS would read 12e4 as a number. docker-compose.yml sets them. To start a server by hand:
#   NATS_PASSWORD_ADMIN='"..."' NATS_PASSWORD_GATEWAY='"..."' ... nats-server -c terreno.conf
# There is one account. Each service has its own user, with only the permissions in its row. Clients never connect to NATS.

server_name: "terreno"
listen: "0.0.0.0:4222"
# Health and metrics, without a password: only operators may reach this port.
http: "0.0.0.0:8222"
max_payload: 1048576

jetstream {
  store_dir: "/data"
  # The most that all streams together may store. The disk must have this space, because the streams reserve it.
  max_file_store: %d # %d GiB
  # This value is for one server. If the process dies, no acknowledged message is lost. A power cut can lose the messages
  # of the last 200 ms. In production run a cluster of three servers, provision with TERRENO_REPLICAS=3, and set
  # sync_interval: always.
  sync_interval: "200ms"
}
`

// room returns how many bytes the streams of the table reserve together.
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

// list puts each subject on its own line, so that a diff shows each change.
func list(subjects []string) string {
	var b strings.Builder
	for _, s := range subjects {
		fmt.Fprintf(&b, "\n        %q", s)
	}
	return b.String()
}
