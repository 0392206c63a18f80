package track

import "google.golang.org/protobuf/encoding/protowire"

const (
	maxLat, maxLon = 90 * 1e7, 180 * 1e7
	maxAccuracy    = WorstAccuracyM * 10
	maxSpeed       = 1 << 31
	maxAltitude    = 1 << 30
)

func (d *decoder) place(numbers []int64) error {
	if !sums(d.bytes[fieldLat], numbers) {
		return invalid("its latitudes do not fit")
	}
	for i, v := range numbers {
		if v < -maxLat || v > maxLat {
			return invalid("fix %d is not on Earth", i)
		}
		d.fixes[i].Lat = int32(v)
	}
	if !sums(d.bytes[fieldLon], numbers) {
		return invalid("its longitudes do not fit")
	}
	for i, v := range numbers {
		if v < -maxLon || v > maxLon {
			return invalid("fix %d is not on Earth", i)
		}
		d.fixes[i].Lon = int32(v)
	}
	return nil
}

// values reads a column of numbers from low to high that only some fixes have, and gives these fixes the flag. It sets a number for
// each fix, or returns false when no fix has one.
func (d *decoder) values(numbers []int64, field, set protowire.Number, flag Flags, low, high int64) (some bool, err error) {
	has, n := bitmap(d.bytes[set]), len(numbers)
	if !has.fits(n) {
		return false, invalid("field %d does not fit", set)
	}
	if len(has) > 0 {
		n = has.count()
	}
	if len(d.bytes[field]) == 0 && (n == 0 || len(has) == 0) {
		return false, nil
	}
	if !sums(d.bytes[field], numbers[:n]) {
		return false, invalid("field %d does not fit", field)
	}
	for _, v := range numbers[:n] {
		if v < low || v > high {
			return false, invalid("field %d is out of range", field)
		}
	}
	if len(has) == 0 {
		for i := range d.fixes {
			d.fixes[i].Flags |= flag
		}
		return true, nil
	}
	for i := len(numbers) - 1; i >= 0; i-- { // from the end, so that no number is overwritten before it is moved
		if !has.has(i) {
			numbers[i] = 0
			continue
		}
		n--
		numbers[i] = numbers[n]
		d.fixes[i].Flags |= flag
	}
	return true, nil
}

func (d *decoder) optional(numbers []int64) error {
	if some, err := d.values(numbers, fieldAccuracy, fieldAccuracySet, HasAccuracy, 0, maxAccuracy); err != nil {
		return err
	} else if some {
		for i, v := range numbers {
			d.fixes[i].Accuracy = uint32(v)
		}
	}
	if some, err := d.values(numbers, fieldSpeed, fieldSpeedSet, HasSpeed, 0, maxSpeed); err != nil {
		return err
	} else if some {
		for i, v := range numbers {
			d.fixes[i].Speed = uint32(v)
		}
	}
	if some, err := d.values(numbers, fieldBearing, fieldBearingSet, HasBearing, 0, 3599); err != nil {
		return err
	} else if some {
		for i, v := range numbers {
			d.fixes[i].Bearing = uint16(v)
		}
	}
	if some, err := d.values(numbers, fieldAltitude, fieldAltitudeSet, HasAltitude, -maxAltitude, maxAltitude); err != nil {
		return err
	} else if some {
		for i, v := range numbers {
			d.fixes[i].Altitude = int32(v)
		}
	}
	if some, err := d.values(numbers, fieldBattery, fieldBatterySet, HasBattery, 0, 100); err != nil {
		return err
	} else if some {
		for i, v := range numbers {
			d.fixes[i].Battery = uint8(v)
		}
	}
	return nil
}

func (d *decoder) flags() error {
	for _, column := range [...]struct {
		field protowire.Number
		flag  Flags
	}{
		{fieldAccuracyUnusable, AccuracyUnusable},
		{fieldChargingSet, HasCharging},
		{fieldCharging, Charging},
		{fieldMock, Mock},
		{fieldMockUnreadable, MockUnreadable},
	} {
		set := bitmap(d.bytes[column.field])
		if !set.fits(len(d.fixes)) {
			return invalid("field %d does not fit", column.field)
		}
		if len(set) == 0 {
			continue
		}
		for i := range d.fixes {
			if set.has(i) {
				d.fixes[i].Flags |= column.flag
			}
		}
	}
	for i := range d.fixes {
		f := d.fixes[i].Flags
		if f&(HasAccuracy|AccuracyUnusable) == HasAccuracy|AccuracyUnusable || f&(HasCharging|Charging) == Charging || f&(Mock|MockUnreadable) == MockUnreadable {
			return invalid("fix %d says two things at once", i)
		}
	}
	return nil
}

func (d *decoder) activity() error {
	runs, values := column{rest: d.bytes[fieldActivityRun]}, column{rest: d.bytes[fieldActivity]}
	for i := 0; i < len(d.fixes) && len(values.rest) > 0; {
		n, at := runs.next(), values.next()
		if n == 0 || n > uint64(len(d.fixes)-i) || at > uint64(len(d.activities)) {
			return invalid("the activities do not fit")
		}
		if at > 0 {
			word := d.activities[at-1]
			for k := range d.fixes[i : i+int(n)] {
				d.fixes[i+k].Activity = word
			}
		}
		i += int(n)
	}
	if !runs.ended() || !values.ended() {
		return invalid("the activities do not fit")
	}
	return nil
}

func (d *decoder) received() error {
	runs, values := column{rest: d.bytes[fieldReceivedRun]}, column{rest: d.bytes[fieldReceivedAfter]}
	n, each := uint64(len(d.fixes)), false
	if len(runs.rest) > 0 {
		n = runs.next()
		each = len(runs.rest) > 0
	}
	var after int64
	i := 0
	for i < len(d.fixes) && len(values.rest) > 0 {
		if each && i > 0 {
			n = runs.next()
		}
		left := uint64(len(d.fixes) - i)
		if n == 0 || each && n > left {
			return invalid("the instants of reception do not fit")
		}
		left = min(left, n)
		after += unzigzag(values.next())
		at := d.fixes[i].RecordedAt + after
		for k := range d.fixes[i : i+int(left)] {
			d.fixes[i+k].ReceivedAt = at
		}
		i += int(left)
	}
	// A track that nobody has received has no instant at all. One for some of its fixes would make the others the first.
	if !runs.ended() || !values.ended() || i > 0 && i < len(d.fixes) {
		return invalid("the instants of reception do not fit")
	}
	return nil
}
