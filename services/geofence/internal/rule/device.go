package rule

import (
	"slices"
	"time"

	"github.com/terreno/terreno/pkg/geo"
)

// Only one device of a user counts at a time. Otherwise a phone left at home would speak for a user who carries another
// one.
//
// The first device that reports counts until it has been silent for longer than silence. Then the next device that reports
// counts. A device that was heard before the silence must report twice in it. Otherwise two phones that report seldom and
// take turns would take over from one another, and confirm nothing. A device that travels takes over from one that stays. A device's place is where its first fix was, until a fix is
// farther than awayM from there. That fix is the device's next place. When a device reaches its next place, it takes over
// if the counted device reached its own place before the traveller reached the place that it has just left. A fix that is
// not newer than its device's last fix is passed over.
const (
	silence = 5 * time.Minute
	awayM   = 250
	// maxDevices are remembered. When there are more, the one whose first fix came earliest is forgotten, but never the one
	// that counts.
	maxDevices = 4
)

// Devices are the devices of a user. The first one counts. A list is replaced, never changed.
type Devices []Device

// Device is one of several devices: when its last fix was taken, where it is, and since when. For a user's only device,
// just the id is kept.
type Device struct {
	ID   string    `json:"id"`
	Last time.Time `json:"last,omitzero"`
	At   time.Time `json:"at,omitzero"`
	Lat  float64   `json:"lat,omitempty"`
	Lon  float64   `json:"lon,omitempty"`
}

// hear takes in a fix. It says whether the fix counts, and whether this fix makes its device take over from another. lastAt
// is the time of the last fix that counted.
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
	before, left := list[i].Last, list[i].At
	list[i].Last = f.At
	moved := list[i].move(f)
	if i > 0 {
		first := list[0].At
		silent := f.At.Sub(lastAt) > silence && (before.IsZero() || before.After(lastAt))
		switched = silent || moved && !first.IsZero() && first.Before(left)
	}
	if switched {
		list[0], list[i] = list[i], list[0]
	}
	*d = list
	return i == 0 || switched, switched
}

// move makes a fix the device's place if the device has none, or if the fix is away from it. It says whether the fix was
// away.
func (d *Device) move(f Fix) bool {
	known := !d.At.IsZero()
	if known && geo.Distance(d.Lat, d.Lon, f.Lat, f.Lon) <= awayM {
		return false
	}
	d.At, d.Lat, d.Lon = f.At, f.Lat, f.Lon
	return known
}
