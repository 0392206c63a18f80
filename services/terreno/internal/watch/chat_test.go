package watch

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestMessagesAndPresenceOnOneLine(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{
		`{"conversation_id":"c","seq":3,"sender_id":"ana","kind":"text","text":"Ya\n voy"}`:                             "ana        Ya voy  #3 of c",
		`{"conversation_id":"c","seq":4,"sender_id":"ana","kind":"system","text":"joined"}`:                             "ana        (joined)  #4 of c",
		`{"conversation_id":"c","seq":5,"sender_id":"ana","kind":"location","lat":30.1,"lon":-97.7,"text":"aquí"}`:      "ana        (30.10000 -97.70000) aquí  #5 of c",
		`{"conversation_id":"c","seq":6,"sender_id":"ana","kind":"photo","file":{"name":"llanta.jpg"}}`:                 "ana        (photo llanta.jpg)  #6 of c",
		`{"conversation_id":"c","seq":7,"sender_id":"ana","kind":"text","text":"","deleted_at":"2026-03-09T17:00:00Z"}`: "ana        (deleted)  #7 of c",
		`{"conversation_id":"c","seq":8,"sender_id":"ana","kind":"text","text":"` + strings.Repeat("ñ", 8000) + `"}`:    "ana        " + strings.Repeat("ñ", 79) + "…  #8 of c",
		`[]`: `[]`,
	} {
		if got := describe(frame{Event: "chat:mensaje", Data: json.RawMessage(data)}); got != want {
			t.Errorf("%.60s: %q, want %q", data, got, want)
		}
	}
	for data, want := range map[string]string{
		`{"user_id":"ana","at":"2026-03-09T17:00:00Z"}`: "ana",
		`{"users":[{"user_id":"ana","state":"online"},{"user_id":"beto","state":"offline"},{"user_id":"eva","state":"unknown"}]}`: "1 of 3 online",
		`[]`: `[]`,
	} {
		if got := describe(frame{Event: "usuario:presencia", Data: json.RawMessage(data)}); got != want {
			t.Errorf("%s: %q, want %q", data, got, want)
		}
	}
	if got := describe(frame{Event: "chat:leido", Data: json.RawMessage(`{"conversation_id":"c","user_id":"beto","delivered_seq":4,"read_seq":3}`)}); got != "beto       has #4, read #3 of c" {
		t.Errorf("%q", got)
	}
}
