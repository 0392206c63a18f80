package upload

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/terreno/terreno/proto/track"
)

// Codes of a Rejection.
const (
	CodeFieldInvalid          = "field_invalid"
	CodeCoordinatesMissing    = "coordinates_missing"
	CodeCoordinatesNotANumber = "coordinates_not_a_number"
	CodeCoordinatesOutOfRange = "coordinates_out_of_range"
	CodeCoordinatesNullIsland = "coordinates_null_island"
	CodeRecordedAtMissing     = "recorded_at_missing"
	CodeRecordedAtInvalid     = "recorded_at_invalid"
	CodeRecordedAtInFuture    = "recorded_at_in_future"
	CodeRecordedAtTooOld      = "recorded_at_too_old"
)

// RejectionCodes returns all codes of a Rejection.
func RejectionCodes() []string {
	return []string{
		CodeFieldInvalid, CodeCoordinatesMissing, CodeCoordinatesNotANumber, CodeCoordinatesOutOfRange, CodeCoordinatesNullIsland,
		CodeRecordedAtMissing, CodeRecordedAtInvalid, CodeRecordedAtInFuture, CodeRecordedAtTooOld,
		CodeMemberRepeated, CodeMemberCaseDiffers, CodeTextNotUnicode,
	}
}

// futureTolerance is how far a phone's clock may be ahead of ours.
const futureTolerance = 2 * time.Minute

// nullIslandDeg is 100 m in degrees. Receivers without a fix report 0, 0 or a little noise around it. Nobody works
// there, because it is 600 km out at sea.
const nullIslandDeg = 100 / 111_320.0

// maxActivity is in bytes, so that 500 fixes always fit in a message.
const maxActivity = 64

// wireFix is a position as it was posted.
type wireFix struct {
	notObject  bool
	RecordedAt moment `json:"recorded_at"`
	Lat        number `json:"lat"`
	Lon        number `json:"lon"`
	AccuracyM  number `json:"accuracy_m"`
	AltitudeM  number `json:"altitude_m"`
	SpeedMPS   number `json:"speed_mps"`
	BearingDeg number `json:"bearing_deg"`
	Battery    number `json:"battery"`
	Charging   flag   `json:"charging"`
	Activity   text   `json:"activity"`
	Mock       flag   `json:"mock"`
}

// check returns why the position cannot be taken, or an empty code.
func (w *wireFix) check(rules Rules) (code, detail string) {
	if w.notObject {
		return CodeFieldInvalid, "a position must be an object"
	}
	if code, detail = w.checkCoordinates(); code != "" {
		return code, detail
	}
	return w.checkTime(rules)
}

func (w *wireFix) checkCoordinates() (code, detail string) {
	for _, c := range [...]struct {
		name  string
		value number
		limit float64
	}{{"lat", w.Lat, 90}, {"lon", w.Lon, 180}} {
		switch c.value.state {
		case absent:
			return CodeCoordinatesMissing, c.name + " is missing"
		case notFinite:
			return CodeCoordinatesNotANumber, c.name + " is not a number"
		case wrongType, invalid, asText:
			return CodeFieldInvalid, c.name + " must be a number, without quotes"
		case present:
		}
		if c.value.value < -c.limit || c.value.value > c.limit {
			return CodeCoordinatesOutOfRange, fmt.Sprintf("%s is outside -%g to %g", c.name, c.limit, c.limit)
		}
	}
	return checkPlace(w.Lat.value, w.Lon.value)
}

// checkPlace returns why a place on Earth cannot be taken, or an empty code.
func checkPlace(lat, lon float64) (code, detail string) {
	if math.Hypot(lat, lon) < nullIslandDeg {
		return CodeCoordinatesNullIsland, "lat and lon are 0, or within 100 m of it: the device had no fix"
	}
	return "", ""
}

func (w *wireFix) checkTime(rules Rules) (code, detail string) {
	switch w.RecordedAt.state {
	case absent:
		return CodeRecordedAtMissing, "recorded_at is missing"
	case wrongType, notFinite, asText:
		return CodeFieldInvalid, "recorded_at must be text: an RFC 3339 instant such as 2026-03-08T14:05:09.250Z"
	case invalid:
		return CodeRecordedAtInvalid, "recorded_at " + w.RecordedAt.wrong
	case present:
	}
	return rules.checkInstant(w.RecordedAt.value)
}

// checkInstant returns why nothing that was recorded then can be taken, or an empty code.
func (rules Rules) checkInstant(at time.Time) (code, detail string) {
	if ahead := at.Sub(rules.Now); ahead > futureTolerance {
		return CodeRecordedAtInFuture, fmt.Sprintf("recorded_at is %s ahead: the device's clock is wrong", inWords(ahead))
	}
	if at.Before(rules.Now.Add(-rules.Retention)) {
		return CodeRecordedAtTooOld, fmt.Sprintf("recorded_at is more than %s ago: positions that old are not kept", inWords(rules.Retention))
	}
	return "", ""
}

// fix returns the fix that check has passed, and the names of optional fields that could not be read. It leaves these
// fields out, because a person's whereabouts are worth more than the sensor that broke. It does not leave out the two
// fields that say how far a fix can be trusted: it says of them that they cannot be read. Such an accuracy counts as the
// worst, and such a mock as true.
func (w *wireFix) fix() (fix track.Fix, dropped []string) {
	fix.RecordedAt = w.RecordedAt.value.UnixMilli()
	fix.SetPlace(w.Lat.value, w.Lon.value)
	if v, ok := w.AccuracyM.within(0, track.WorstAccuracyM, "accuracy_m", &dropped); ok {
		fix.SetAccuracyM(v)
	}
	if v, ok := w.AltitudeM.within(-12_000, 100_000, "altitude_m", &dropped); ok {
		fix.SetAltitudeM(v)
	}
	if v, ok := w.SpeedMPS.within(0, 1000, "speed_mps", &dropped); ok {
		fix.SetSpeedMPS(v)
	}
	if v, ok := w.BearingDeg.within(0, 360, "bearing_deg", &dropped); ok {
		fix.SetBearingDeg(v)
	}
	if v, ok := w.Battery.within(0, 1, "battery", &dropped); ok {
		fix.SetBattery(v)
	}
	if w.AccuracyM.state != absent && !fix.Has(track.HasAccuracy) {
		fix.Flags |= track.AccuracyUnusable
	}
	return fix, append(dropped, w.setWords(&fix)...)
}

// within returns the value of a field that was reported. When it cannot be read or is out of range, its name goes to dropped.
func (n number) within(low, high float64, name string, dropped *[]string) (v float64, ok bool) {
	switch {
	case n.state == absent:
		return 0, false
	case (n.state == present || n.state == asText) && n.value >= low && n.value <= high:
		return n.value, true
	default:
		*dropped = append(*dropped, name)
		return 0, false
	}
}

// setWords sets the fields that are not numbers.
func (w *wireFix) setWords(fix *track.Fix) (dropped []string) {
	switch w.Charging.state {
	case absent:
	case present:
		fix.SetCharging(w.Charging.value)
	default:
		dropped = append(dropped, "charging")
	}
	switch w.Mock.state {
	case absent:
	case present:
		if w.Mock.value {
			fix.Flags |= track.Mock
		}
	default:
		fix.Flags |= track.Mock | track.MockUnreadable
		dropped = append(dropped, "mock")
	}
	switch activity, ok := readActivity(w.Activity.value); {
	case w.Activity.state == absent:
	case w.Activity.state == present && ok:
		fix.Activity = activity
	default:
		dropped = append(dropped, "activity")
	}
	return dropped
}

func readActivity(s string) (activity string, ok bool) {
	activity = strings.TrimSpace(s)
	return activity, len(activity) <= maxActivity && isPrintable(activity)
}
