package upload

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/terreno/terreno/proto/track"
)

// maxFixes is how many fixes a message may carry. With the longest activities they take half of the 256 KiB that the stream
// takes.
const maxFixes = 500

// Message carries a part of an upload.
type Message struct {
	// ID is the same for the same tenant, user, device and fixes, whenever they were posted.
	ID string
	// Body is a track (package track). It never crosses a UTC midnight.
	Body []byte
	// Newest is the fix of the whole upload that was recorded last. Only the last message has it.
	Newest *track.Fix
}

// Split sorts the fixes by the time they were recorded and packs them into messages. When several fixes have the same
// instant, Split keeps only the one that was posted last. Splitting the same fixes again gives the same ids, because
// receivedAt is in the bodies and not in the ids. Split reorders and completes u.Fixes.
func (u Upload) Split(tenant, user string, receivedAt time.Time) ([]Message, error) {
	fixes := sortAndCompact(u.Fixes)
	for i := range fixes {
		fixes[i].ReceivedAt = receivedAt.UnixMilli()
	}
	messages := make([]Message, 0, 1+len(fixes)/maxFixes)
	for rest := fixes; len(rest) > 0; {
		n := fit(rest)
		body, content, err := track.Encode(u.DeviceID, rest[:n])
		if err != nil {
			return nil, fmt.Errorf("encode positions: %w", err)
		}
		messages = append(messages, Message{ID: messageID(tenant, user, body[:content]), Body: body})
		rest = rest[n:]
	}
	if len(messages) > 0 {
		messages[len(messages)-1].Newest = &fixes[len(fixes)-1]
	}
	return messages, nil
}

func sortAndCompact(fixes []track.Fix) []track.Fix {
	byInstant := func(a, b track.Fix) int { return cmp.Compare(a.RecordedAt, b.RecordedAt) }
	if !slices.IsSortedFunc(fixes, byInstant) {
		slices.SortStableFunc(fixes, byInstant)
	}
	kept := fixes[:0]
	for i := range fixes {
		if i+1 < len(fixes) && fixes[i+1].RecordedAt == fixes[i].RecordedAt {
			continue
		}
		kept = append(kept, fixes[i])
	}
	return kept
}

// fit returns how many of the fixes go into the next message: those of the first one's UTC day, and at most maxFixes.
func fit(fixes []track.Fix) int {
	fixes = fixes[:min(len(fixes), maxFixes)]
	day := track.Day(fixes[0].RecordedAt)
	return sort.Search(len(fixes), func(i int) bool { return track.Day(fixes[i].RecordedAt) > day })
}

// messageID covers tenant and user, because JetStream compares ids over the whole stream. A NUL ends each of these two
// tokens, because no token contains one. 128 bits are enough: the stream keeps the ids of minutes.
func messageID(tenant, user string, content []byte) string {
	h := sha256.New()
	h.Write([]byte(tenant + "\x00" + user + "\x00"))
	h.Write(content)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}
