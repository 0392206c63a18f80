package geofencetest

import (
	"fmt"
	"time"

	"github.com/terreno/terreno/proto/track"
)

// Rounded is the fix as it is after its way through a message.
func (f Fix) Rounded() Fix {
	return fixOf(f.track(time.Time{}))
}

// Track returns the message's fixes as they travel.
func (m Message) Track() []track.Fix {
	fixes := make([]track.Fix, len(m.Fixes))
	for i, f := range m.Fixes {
		fixes[i] = f.track(m.ReceivedAt)
	}
	return fixes
}

// Body returns the message's bytes. The fixes must be in the order of their instants, each instant once.
func (m Message) Body() ([]byte, error) {
	body, _, err := track.Encode(m.Device, m.Track())
	if err != nil {
		return nil, fmt.Errorf("encode a message: %w", err)
	}
	return body, nil
}

// MessageOf reads the bytes of a message that a user sent.
func MessageOf(company, user string, body []byte) (Message, error) {
	head, fixes, err := track.Decode(nil, body)
	if err != nil {
		return Message{}, fmt.Errorf("decode a message: %w", err)
	}
	m := Message{Company: company, User: user, Device: head.Device, ReceivedAt: fixes[0].Received()}
	for _, f := range fixes {
		m.Fixes = append(m.Fixes, fixOf(f))
	}
	return m, nil
}

func (f Fix) track(received time.Time) track.Fix {
	out := track.Fix{RecordedAt: f.At.UnixMilli(), ReceivedAt: received.UnixMilli()}
	out.SetPlace(f.Lat, f.Lon)
	switch {
	case f.AccuracyM < 0:
		out.Flags |= track.AccuracyUnusable
	case f.AccuracyM > 0:
		out.SetAccuracyM(f.AccuracyM)
	}
	if f.Mock {
		out.Flags |= track.Mock
	}
	return out
}

func fixOf(f track.Fix) Fix {
	out := Fix{At: f.Recorded(), Mock: f.Has(track.Mock)}
	out.Lat, out.Lon = f.Degrees()
	switch m, ok := f.AccuracyM(); {
	case f.Has(track.AccuracyUnusable):
		out.AccuracyM = -1
	case ok:
		out.AccuracyM = m
	}
	return out
}
