// Command eventsts prints the TypeScript types of the events that a socket delivers, from the stream table. `make generate`
// runs it. `make verify` checks that the file is up to date.
package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/terreno/terreno/proto/stream"
)

func main() {
	if err := write(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// bodies gives the TypeScript type of what a socket gets for each body. Of an upload, a Track, it gets the newest Position.
// An alert has no name of its user there: who reads the list knows the names. An activity is a visit, a task or a shift.
// A summary that was just computed hides nothing and did not fail.
var bodies = map[string]string{
	"Activity":         "Omit<components['schemas']['Activity'], 'user_name' | 'external_id' | 'radius_m' | 'created_at' | 'created_by' | 'changed_at' | 'changed_by' | 'close_at'> & { retirada: boolean; cut: boolean; forced: boolean; worked_s: number }",
	"ActivityTracking": "{ tracking: 'always' | 'on_shift'; since: string; version: number }",
	"Track":            "components['schemas']['Position']",
	"Summary":          "Omit<components['schemas']['Summary'], 'trip_list' | 'stop_list' | 'gap_list' | 'hidden' | 'error'>",
	"ChatMessage":      "components['schemas']['Message'] & { conversation_id: string }",
	"ChatReceipt":      "{ conversation_id: string; user_id: string; delivered_seq: number; read_seq: number }",
	"ChatSettings":     "components['schemas']['ChatSettings']",
	"ChatNotice":       "never", // for services
	"Conversation":     "Pick<components['schemas']['Conversation'], 'id' | 'kind' | 'version' | 'title' | 'visit_id' | 'team_id' | 'created_at' | 'created_by'> & { members: { user_id: string; role: 'owner' | 'member' }[]; retirada: boolean }",
	"ChatTyping":       "{ conversation_id: string; user_id: string; until: string }",
	"PresenceChange":   "{ user_id: string; at: string; last_seen?: string }",
	"PresenceList":     "{ users: components['schemas']['UserPresence'][]; parte?: number; completo?: boolean }",
	"Alert":            "Omit<components['schemas']['Alert'], 'user_name'>",
}

// write prints the events of all streams that are relayed to sockets, the live events, and those about presence.
func write(w io.Writer) error {
	var b strings.Builder
	b.WriteString("// \"make generate\" prints this file from proto/stream. Change the table there.\n\nimport type { components } from './openapi'\n\n" +
		"/** The events that a socket delivers, by name, with the type of their data. */\nexport interface Events {\n")
	var events []stream.Event
	for _, s := range stream.Table() {
		if s.Relay != stream.RelayNone && s.Relay != stream.RelayDirectory {
			events = append(events, s.Events...)
		}
	}
	for _, e := range slices.Concat(events, stream.Live(), stream.Presence()) {
		body, ok := bodies[e.Body]
		if !ok {
			return fmt.Errorf("event %s: name the schema of its body %s in proto/cmd/eventsts", e.Name, e.Body)
		}
		fmt.Fprintf(&b, "  /** %s */\n  '%s': %s\n", e.About, e.Name, body)
	}
	b.WriteString("}\n")
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write the events: %w", err)
	}
	return nil
}
