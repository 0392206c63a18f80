package distance

import (
	"github.com/terreno/terreno/pkg/geo"
	"github.com/terreno/terreno/proto/track"
)

// Only one device of a person counts at a time, by the rule of the geofence: the first one that reports counts until it has
// been silent for longer than silenceMS. Then the next one that reports counts; one that was heard before the silence must
// report twice in it. A device that travels takes over from one that stays: when it is farther than awayM from its last
// place, and the counted device has been at its own place for longer than the traveller had been at the one it left.
const (
	silenceMS = 5 * 60 * 1000
	awayM     = 250
)

// reading is a fix of one of several devices.
type reading struct {
	fix    *track.Fix
	device int
}

// heard is what one device said so far.
type heard struct {
	last, since int64
	lat, lon    float64
	known       bool
}

// move makes a fix the device's place if it has none, or if the fix is away from it. It says whether the fix was away.
func (h *heard) move(f *track.Fix) bool {
	lat, lon := f.Degrees()
	if h.known && geo.Distance(h.lat, h.lon, lat, lon) <= awayM {
		return false
	}
	was := h.known
	h.since, h.lat, h.lon, h.known = f.RecordedAt, lat, lon, true
	return was
}

// counted returns the readings that count, in order: they come in the order of their instants. It works in place.
func counted(all []reading, devices int) []reading {
	if devices < 2 || len(all) == 0 {
		return all
	}
	state := make([]heard, devices)
	kept := all[:0]
	current, lastAt := all[0].device, all[0].fix.RecordedAt
	for _, r := range all {
		h := &state[r.device]
		before, left, wasKnown := h.last, h.since, h.known
		h.last = r.fix.RecordedAt
		moved := h.move(r.fix)
		if r.device != current {
			first := state[current]
			silent := r.fix.RecordedAt-lastAt > silenceMS && (!wasKnown || before > lastAt)
			travels := moved && first.since < left
			if r.fix.RecordedAt == lastAt || !silent && !travels {
				continue
			}
			current = r.device
		}
		lastAt = r.fix.RecordedAt
		kept = append(kept, r)
	}
	return kept
}
