package distance

import (
	"slices"

	"github.com/terreno/terreno/pkg/geo"
	"github.com/terreno/terreno/proto/track"
)

// Only one device of a person counts at a time.
//
// In a shift it is the one with which the person began the shift (Options.First), while it reports: from its second reading within
// silenceMS on, until it has been silent for longer than silenceMS.
//
// Otherwise it is by the rule of the geofence: the first one that reports counts until it has been silent for longer than silenceMS. Then
// the next one that reports counts; one that was heard before the silence must report twice in it. A device that travels takes over from
// one that stays: when it is farther than awayM from its last place, and the counted device has been at its own place for longer than the
// traveller had been at the one it left.
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

// leader says which device counts before others.
type leader struct {
	first []First
	names []string // of the devices, in order
}

// at returns the device that counts before others at an instant, -1 for none. Instants come in order.
func (l *leader) at(at int64) int {
	for len(l.first) > 0 && l.first[0].Until <= at {
		l.first = l.first[1:]
	}
	if len(l.first) == 0 || at < l.first[0].From {
		return -1
	}
	if i, there := slices.BinarySearch(l.names, l.first[0].Device); there {
		return i
	}
	return -1
}

// counted returns the readings that count, in order: they come in the order of their instants. devices are the names of the devices, in
// order. It works in place.
func counted(all []reading, devices []string, first []First) []reading {
	if len(devices) < 2 || len(all) == 0 {
		return all
	}
	lead := leader{first, devices}
	state := make([]heard, len(devices))
	kept := all[:0]
	current, lastAt := all[0].device, all[0].fix.RecordedAt
	for _, r := range all {
		h, at := &state[r.device], r.fix.RecordedAt
		before, left, wasKnown := h.last, h.since, h.known
		h.last = at
		moved := h.move(r.fix)
		if r.device != current {
			leads := lead.at(at)
			if r.device == leads && wasKnown && at-before <= silenceMS {
				if n := len(kept); n > 0 && at == lastAt { // The other one does not count at this instant.
					kept = kept[:n-1]
				}
			} else {
				silent := at-lastAt > silenceMS && (!wasKnown || before > lastAt)
				travels := moved && state[current].since < left && current != leads
				if at == lastAt || !silent && !travels {
					continue
				}
			}
			current = r.device
		}
		lastAt = at
		kept = append(kept, r)
	}
	return kept
}
