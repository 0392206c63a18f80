package writer

import (
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

// tracksOf returns what a message carries, as it is stored: the bytes of the message. Only a message in the form of the release
// before is written anew, a track for each UTC day. Only the message's subject says whose the fixes are. room is used again.
func tracksOf(m bus.Msg, room *[]track.Fix) ([]store.Track, error) {
	head, fixes, err := track.Decode((*room)[:0], m.Data)
	*room = fixes
	if err != nil {
		return nil, fmt.Errorf("decode positions: %w", err)
	}
	if !track.Outdated(m.Data) && track.Day(head.FirstMS) == track.Day(head.LastMS) {
		return []store.Track{row(m, head, fixes, m.Data)}, nil
	}
	var tracks []store.Track
	for len(fixes) > 0 {
		n := 1
		for n < len(fixes) && track.Day(fixes[n].RecordedAt) == track.Day(fixes[0].RecordedAt) {
			n++
		}
		body, _, err := track.Encode(head.Device, fixes[:n])
		if err != nil {
			return nil, fmt.Errorf("encode positions: %w", err)
		}
		part := track.Head{Device: head.Device, Fixes: n, FirstMS: fixes[0].RecordedAt, LastMS: fixes[n-1].RecordedAt}
		tracks = append(tracks, row(m, part, fixes[:n], body))
		fixes = fixes[n:]
	}
	return tracks, nil
}

func row(m bus.Msg, head track.Head, fixes []track.Fix, body []byte) store.Track {
	id := sha256.Sum256(body)
	newest := fixes[len(fixes)-1]
	return store.Track{
		Company: m.Subject.Tenant(), User: m.Subject.Entity(), ReceivedAt: newest.Received(), ID: id[:16], Head: head, Body: body, Newest: newest,
	}
}

// keep leaves out the tracks of days before one. It returns how many fixes the others had. It reorders tracks.
func keep(tracks []store.Track, from time.Time) (kept []store.Track, expired int) {
	kept = tracks[:0]
	for _, t := range tracks {
		if t.LastMS >= from.UnixMilli() {
			kept = append(kept, t)
		} else {
			expired += t.Fixes
		}
	}
	return kept, expired
}

func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
