package api

import (
	"encoding/json"
	"io"

	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

// Position is a position as clients see it. It is byte for byte what a socket delivers for the same fix.
type Position = clientjson.Position

func positionsOf(rows []store.Position) []Position {
	list := make([]Position, len(rows))
	for i, r := range rows {
		list[i] = r.Position
	}
	return list
}

// partBytes is how much of a list is written at once.
const partBytes = 32 << 10

// WriteJSON makes positionList an httpx.JSONWriter: a page has thousands of positions.
func (l positionList) WriteJSON(w io.Writer) error {
	part := append(make([]byte, 0, partBytes+1<<10), `{"positions":[`...)
	for i := range l.Positions {
		if i > 0 {
			part = append(part, ',')
		}
		var err error
		if part, err = l.Positions[i].AppendJSON(part); err != nil {
			return err
		}
		if len(part) >= partBytes {
			if _, err := w.Write(part); err != nil {
				return err
			}
			part = part[:0]
		}
	}
	part = append(part, ']')
	if l.Next != "" {
		next, err := json.Marshal(l.Next)
		if err != nil {
			return err
		}
		part = append(append(part, `,"next":`...), next...)
	}
	_, err := w.Write(append(part, "}\n"...))
	return err
}
