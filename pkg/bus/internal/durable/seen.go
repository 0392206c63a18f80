package durable

import (
	"encoding/json"
	"time"
)

// SeenKey is the name under which the durable's metadata records which losses an operator has seen.
const SeenKey = "terreno.seen"

// Seen is how many messages were lost when an operator last said that they know of it.
type Seen struct {
	// Messages of Lost and Cut together.
	Messages uint64    `json:"messages"`
	At       time.Time `json:"at"`
}

// ReadSeen reads what a durable's metadata says.
func ReadSeen(metadata map[string]string) (s Seen, err error) {
	if text := metadata[SeenKey]; text != "" {
		err = json.Unmarshal([]byte(text), &s)
	}
	return s, err
}

// Write puts it into a durable's metadata.
func (s Seen) Write(metadata map[string]string) {
	text, _ := json.Marshal(s)
	metadata[SeenKey] = string(text)
}
