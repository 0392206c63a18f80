package api

import (
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
