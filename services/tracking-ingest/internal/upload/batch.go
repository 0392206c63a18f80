package upload

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/terreno/terreno/pkg/clientjson"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

const (
	// maxFixes is how many fixes a message may carry.
	maxFixes = 500
	// maxBody leaves room for the header in the 256 KiB that the stream takes.
	maxBody = 160 << 10
)

// Message carries a part of an upload.
type Message struct {
	// ID is the same for the same tenant, user, device and fixes, whenever they were posted.
	ID string
	// Body is a PositionBatch.
	Body []byte
	// Newest is the fix of the whole upload that was recorded last. Only the last message has it.
	Newest *terrenov1.Fix
}

// Split sorts the fixes by the time they were recorded and packs them into messages. When several fixes have the same
// instant, Split keeps only the one that was posted last. Splitting the same fixes again gives the same ids, because
// receivedAt is in the bodies and not in the ids. Split reorders u.Fixes.
func (u Upload) Split(tenant, user string, receivedAt time.Time) ([]Message, error) {
	fixes := sortAndCompact(u.Fixes)
	var messages []Message
	for rest := fixes; len(rest) > 0; {
		n := fit(rest)
		m, err := pack(tenant, user, &terrenov1.PositionBatch{DeviceId: u.DeviceID, Fixes: rest[:n]}, receivedAt)
		if err != nil {
			return nil, err
		}
		messages = append(messages, m)
		rest = rest[n:]
	}
	if len(messages) > 0 {
		messages[len(messages)-1].Newest = fixes[len(fixes)-1]
	}
	return messages, nil
}

func sortAndCompact(fixes []*terrenov1.Fix) []*terrenov1.Fix {
	slices.SortStableFunc(fixes, func(a, b *terrenov1.Fix) int { return cmp.Compare(a.RecordedAtMs, b.RecordedAtMs) })
	kept := fixes[:0]
	for i, f := range fixes {
		if i+1 < len(fixes) && fixes[i+1].RecordedAtMs == f.RecordedAtMs {
			continue
		}
		kept = append(kept, f)
	}
	return kept
}

// fit returns how many of the fixes go into the next message, at least one.
func fit(fixes []*terrenov1.Fix) int {
	size := 0
	for i, f := range fixes {
		const keyAndLength = 4
		size += proto.Size(f) + keyAndLength
		if i == maxFixes || i > 0 && size > maxBody {
			return i
		}
	}
	return len(fixes)
}

func pack(tenant, user string, batch *terrenov1.PositionBatch, receivedAt time.Time) (Message, error) {
	body, err := proto.MarshalOptions{Deterministic: true}.Marshal(batch)
	if err != nil {
		return Message{}, fmt.Errorf("encode a batch of positions: %w", err)
	}
	id := messageID(tenant, user, body)
	// Protobuf reads two messages written one after the other as one message with the fields of both.
	body, err = proto.MarshalOptions{}.MarshalAppend(body, &terrenov1.PositionBatch{ReceivedAtMs: receivedAt.UnixMilli()})
	if err != nil {
		return Message{}, fmt.Errorf("encode the instant of reception: %w", err)
	}
	return Message{ID: id, Body: body}, nil
}

// messageID covers tenant and user, because JetStream compares ids over the whole stream. A NUL ends each of these two
// tokens, because no token contains one.
func messageID(tenant, user string, body []byte) string {
	h := sha256.New()
	h.Write([]byte(tenant + "\x00" + user + "\x00"))
	h.Write(body)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// Position is a fix of a message as clients read it, from a socket and from the store.
func Position(user, device string, fix *terrenov1.Fix, receivedAt clientjson.Instant) clientjson.Position {
	return clientjson.Position{
		UserID:     user,
		DeviceID:   device,
		RecordedAt: clientjson.Instant(fix.RecordedAtMs),
		ReceivedAt: receivedAt,
		Lat:        fix.Lat,
		Lon:        fix.Lon,
		AccuracyM:  fix.AccuracyM,
		AltitudeM:  fix.AltitudeM,
		SpeedMPS:   fix.SpeedMps,
		BearingDeg: fix.BearingDeg,
		Battery:    fix.Battery,
		Charging:   fix.Charging,
		Activity:   fix.Activity,
		Mock:       fix.Mock,
	}
}
