package upload

import (
	"fmt"
	"strings"

	"github.com/terreno/terreno/proto/track"
)

// What a track can hold of these fields and an upload cannot, in the units of package track.
const (
	maxSpeed                 = 1000 * 100
	minAltitude, maxAltitude = -12_000 * 10, 100_000 * 10
)

// DecodeTrack reads an upload that is a track: a terreno.v1.Track, as package track writes it. The rules are those of Decode, and
// a Rejection's index is the place in the track. When the track says that its fixes were received, nobody asks when. A returned
// error is an *Error.
func DecodeTrack(body []byte, rules Rules) (Upload, error) {
	if len(body) == 0 {
		return Upload{}, errBodyEmpty
	}
	if track.Outdated(body) {
		return Upload{}, noTrack("it has fields of a message that the server no longer takes")
	}
	head, err := track.ReadHead(body)
	if err != nil {
		return Upload{}, noTrack(why(err))
	}
	if head.Fixes > MaxPositions {
		return Upload{}, tooMany(head.Fixes)
	}
	if err := checkDevice(head.Device); err != nil {
		return Upload{}, err
	}
	_, fixes, err := track.Decode(make([]track.Fix, 0, head.Fixes), body)
	if err != nil {
		return Upload{}, noTrack(why(err))
	}
	u := Upload{DeviceID: head.Device, Fixes: fixes[:0]}
	for i := range fixes {
		u.addFix(i, fixes[i], rules)
	}
	return u, nil
}

func noTrack(why string) error {
	return &Error{CodeTrackInvalid, fmt.Sprintf("The body is not a terreno.v1.Track: %s. "+
		"A track holds one device's positions in the order of their instants, each instant once, and a value in each column for each position that has one.", why)}
}

func why(err error) string { return strings.TrimPrefix(err.Error(), track.ErrInvalid.Error()+": ") }

// addFix judges a fix of a track as add judges a posted position.
func (u *Upload) addFix(index int, f track.Fix, rules Rules) {
	code, detail := checkPlace(f.Degrees())
	if code == "" {
		code, detail = rules.checkInstant(f.Recorded())
	}
	if code != "" {
		u.Rejected = append(u.Rejected, Rejection{Index: index, Code: code, Detail: detail})
		return
	}
	if f.Speed > maxSpeed {
		f.Speed, f.Flags = 0, f.Flags&^track.HasSpeed
		u.drop("speed_mps")
	}
	if f.Altitude < minAltitude || f.Altitude > maxAltitude {
		f.Altitude, f.Flags = 0, f.Flags&^track.HasAltitude
		u.drop("altitude_m")
	}
	var ok bool
	if f.Activity, ok = readActivity(f.Activity); !ok {
		f.Activity = ""
		u.drop("activity")
	}
	u.Fixes = append(u.Fixes, f)
}
