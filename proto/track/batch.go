package track

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

// Outdated says whether a body is a PositionBatch, whose fields a Track never has. It must not be stored as it is.
func Outdated(body []byte) bool {
	field, _, n := protowire.ConsumeTag(body)
	return n > 0 && field < fieldDevice
}

// decodeBatch reads the form of messages before Track.
func decodeBatch(dst []Fix, body []byte) (Head, []Fix, error) {
	var batch terrenov1.PositionBatch
	if err := proto.Unmarshal(body, &batch); err != nil {
		return Head{}, dst, invalid("%v", err)
	}
	if !isText([]byte(batch.DeviceId)) {
		return Head{}, dst, invalid("its device is not text")
	}
	have := len(dst)
	all := dst
	for i, old := range batch.Fixes {
		if !(old.Lat >= -90 && old.Lat <= 90 && old.Lon >= -180 && old.Lon <= 180) {
			return Head{}, dst, invalid("fix %d is not on Earth", i)
		}
		if !isText([]byte(old.Activity)) {
			return Head{}, dst, invalid("the activity of fix %d is not text", i)
		}
		all = append(all, ofBatch(old, batch.ReceivedAtMs))
	}
	all = all[:have+len(Compact(all[have:]))]
	if len(all) == have {
		return Head{}, dst, invalid("it holds no fixes")
	}
	return Head{Device: batch.DeviceId, Fixes: len(all) - have, FirstMS: all[have].RecordedAt, LastMS: all[len(all)-1].RecordedAt}, all, nil
}

func ofBatch(old *terrenov1.Fix, received int64) Fix {
	f := Fix{RecordedAt: old.RecordedAtMs, ReceivedAt: received, Activity: old.Activity}
	f.SetPlace(old.Lat, old.Lon)
	within := func(v *float32, low, high float32) bool { return v != nil && *v >= low && *v <= high }
	switch {
	case within(old.AccuracyM, 0, WorstAccuracyM) && *old.AccuracyM < WorstAccuracyM: // which stood for what cannot be read
		f.SetAccuracyM(float64(*old.AccuracyM))
	case old.AccuracyM != nil:
		f.Flags |= AccuracyUnusable
	}
	if within(old.SpeedMps, 0, 1000) {
		f.SetSpeedMPS(float64(*old.SpeedMps))
	}
	if within(old.BearingDeg, 0, 360) {
		f.SetBearingDeg(float64(*old.BearingDeg))
	}
	if within(old.AltitudeM, -12_000, 100_000) {
		f.SetAltitudeM(float64(*old.AltitudeM))
	}
	if within(old.Battery, 0, 1) {
		f.SetBattery(float64(*old.Battery))
	}
	if old.Charging != nil {
		f.SetCharging(*old.Charging)
	}
	if old.Mock {
		f.Flags |= Mock
	}
	return f
}
