package watch

import (
	"encoding/json"
	"fmt"
	"strings"
)

// longest is how much of a message is shown, in characters.
const longest = 80

// message says who wrote what where, on one line.
func message(data []byte) string {
	var m struct {
		Conversation string `json:"conversation_id"`
		Sender       string `json:"sender_id"`
		Kind, Text   string
		Seq          int
		Lat, Lon     float64
		File         *struct{ Name string }
		Deleted      string `json:"deleted_at"`
	}
	if json.Unmarshal(data, &m) != nil || m.Conversation == "" {
		return string(data)
	}
	said := []rune(strings.Join(strings.Fields(m.Text), " "))
	if len(said) > longest {
		said = append(said[:longest-1], '…')
	}
	what := string(said)
	switch {
	case m.Deleted != "":
		what = "(deleted)"
	case m.Kind == "system":
		what = "(" + what + ")"
	case m.Kind == "location":
		what = strings.TrimSpace(fmt.Sprintf("(%.5f %.5f) %s", m.Lat, m.Lon, what))
	case m.File != nil:
		what = strings.TrimSpace(fmt.Sprintf("(%s %s) %s", m.Kind, m.File.Name, what))
	}
	return fmt.Sprintf("%-10s %s  #%d of %s", m.Sender, what, m.Seq, m.Conversation)
}

// receipt says how far somebody has got.
func receipt(data []byte) string {
	var r struct {
		Conversation string `json:"conversation_id"`
		User         string `json:"user_id"`
		DeliveredSeq int    `json:"delivered_seq"`
		ReadSeq      int    `json:"read_seq"`
	}
	if json.Unmarshal(data, &r) != nil || r.Conversation == "" {
		return string(data)
	}
	return fmt.Sprintf("%-10s has #%d, read #%d of %s", r.User, r.DeliveredSeq, r.ReadSeq, r.Conversation)
}
