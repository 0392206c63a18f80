package rule

import (
	"slices"
	"time"

	"github.com/terreno/terreno/pkg/geo"
)

// One device of a user counts at a time, else a phone that lies at home would speak for a user who has another one along.
//
// The first device that is heard counts until it has been silent for longer than silence; then the next that is heard counts.
// A device that travels takes over from one that stays: each is at the place of its first fix until a fix is farther than
// awayM from there, which is its next place. One that comes to its next place counts from then on, if the one that counted
// has been at its place since before the traveller came to the place that it left. Of each device a fix that is not newer than
// its last is passed over.
const (
	silence = 5 * time.Minute
	awayM   = 250
	// maxDevices are remembered. Of more, the one that was heard first is forgotten, but not the one that counts.
	maxDevices = 4
)

// Devices are those of a user; the first counts. They are replaced, never changed.
type Devices []Device

// Device is one of several, when its last fix was taken, and where it is since when. Of an only device just the id is kept.
type Device struct {
	ID   string    `json:"id"`
	Last time.Time `json:"last,omitzero"`
	At   time.Time `json:"at,omitzero"`
	Lat  float64   `json:"lat,omitempty"`
	Lon  float64   `json:"lon,omitempty"`
}

// hear takes in a fix and says whether it counts, and whether its device takes the place of another by it. lastAt is the
// instant of the last fix that counted.
func (d *Devices) hear(f Fix, lastAt time.Time) (counts, switched bool) {
	if len(*d) == 1 && (*d)[0].ID == f.Device {
		return true, false
	}
	list := slices.Clone(*d)
	i := slices.IndexFunc(list, func(one Device) bool { return one.ID == f.Device })
	switch {
	case len(list) == 0:
		*d = Devices{{ID: f.Device}}
		return true, false
	case i < 0:
		i = 1
		list = slices.Insert(list, i, Device{ID: f.Device})
		list = list[:min(len(list), maxDevices)]
	}
	if !f.At.After(list[i].Last) {
		return false, false
	}
	left := list[i].At
	list[i].Last = f.At
	moved := list[i].move(f)
	if i > 0 {
		first := list[0].At
		switched = f.At.Sub(lastAt) > silence || moved && !first.IsZero() && first.Before(left)
	}
	if switched {
		list[0], list[i] = list[i], list[0]
	}
	*d = list
	return i == 0 || switched, switched
}

// move gives a device the place of a fix when it has none, or when it is away from its own; it says whether it was away.
func (d *Device) move(f Fix) bool {
	known := !d.At.IsZero()
	if known && geo.Distance(d.Lat, d.Lon, f.Lat, f.Lon) <= awayM {
		return false
	}
	d.At, d.Lat, d.Lon = f.At, f.Lat, f.Lon
	return known
}
