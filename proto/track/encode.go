package track

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// MaxFixes is how many fixes a track may hold.
const MaxFixes = 100_000

var (
	errNoFixes = errors.New("a track has no fixes")
	errOrder   = errors.New("the fixes of a track are not in the order of their instants, each once")
)

// Encode writes the fixes as a track. They must be in the order of their instants, each instant once: Compact makes them so. The
// same fixes always give the same bytes. content is how many of the bytes do not depend on when the fixes were received.
func Encode(device string, fixes []Fix) (body []byte, content int, err error) {
	if len(fixes) == 0 {
		return nil, 0, errNoFixes
	}
	if len(fixes) > MaxFixes {
		return nil, 0, fmt.Errorf("a track has %d fixes, more than %d", len(fixes), MaxFixes)
	}
	for i := 1; i < len(fixes); i++ {
		if fixes[i].RecordedAt <= fixes[i-1].RecordedAt {
			return nil, 0, errOrder
		}
	}
	e := encoder{body: make([]byte, 0, 64+len(device)+20*len(fixes)), fixes: fixes}
	e.head(device)
	e.columns()
	e.activities()
	content = len(e.body)
	e.received()
	return e.body, content, nil
}

type encoder struct {
	body  []byte
	fixes []Fix
	// packed is the column that is being written.
	packed []byte
	bits   bitmap
}

func (e *encoder) varint(field protowire.Number, v uint64) {
	e.body = protowire.AppendVarint(protowire.AppendTag(e.body, field, protowire.VarintType), v)
}

func (e *encoder) bytes(field protowire.Number, b []byte) {
	if len(b) > 0 {
		e.body = protowire.AppendBytes(protowire.AppendTag(e.body, field, protowire.BytesType), b)
	}
}

func (e *encoder) head(device string) {
	first, last := e.fixes[0].RecordedAt, e.fixes[len(e.fixes)-1].RecordedAt
	e.bytes(fieldDevice, []byte(device))
	e.varint(fieldFixes, uint64(len(e.fixes)))
	e.varint(fieldFirst, uint64(first))
	e.varint(fieldSpan, uint64(last-first))
	e.packed = e.packed[:0]
	for i := 1; i < len(e.fixes); i++ {
		e.packed = binary.AppendUvarint(e.packed, uint64(e.fixes[i].RecordedAt-e.fixes[i-1].RecordedAt))
	}
	e.bytes(fieldLater, e.packed)
}

func (e *encoder) columns() {
	e.number(fieldLat, 0, 0, func(f *Fix) int64 { return int64(f.Lat) })
	e.number(fieldLon, 0, 0, func(f *Fix) int64 { return int64(f.Lon) })
	e.number(fieldAccuracy, fieldAccuracySet, HasAccuracy, func(f *Fix) int64 { return int64(f.Accuracy) })
	e.bitmap(fieldAccuracyUnusable, AccuracyUnusable)
	e.number(fieldSpeed, fieldSpeedSet, HasSpeed, func(f *Fix) int64 { return int64(f.Speed) })
	e.number(fieldBearing, fieldBearingSet, HasBearing, func(f *Fix) int64 { return int64(f.Bearing) })
	e.number(fieldAltitude, fieldAltitudeSet, HasAltitude, func(f *Fix) int64 { return int64(f.Altitude) })
	e.number(fieldBattery, fieldBatterySet, HasBattery, func(f *Fix) int64 { return int64(f.Battery) })
	e.bitmap(fieldChargingSet, HasCharging)
	e.bitmap(fieldCharging, Charging)
	e.bitmap(fieldMock, Mock)
	e.bitmap(fieldMockUnreadable, MockUnreadable)
}

// number writes a column of the fixes that have the flag, and which these are when it is some of them.
func (e *encoder) number(field, set protowire.Number, flag Flags, value func(*Fix) int64) {
	e.packed = e.packed[:0]
	n, before := 0, int64(0)
	for i := range e.fixes {
		if f := &e.fixes[i]; f.Has(flag) {
			v := value(f)
			e.packed = binary.AppendUvarint(e.packed, zigzag(v-before))
			before = v
			n++
		}
	}
	e.bytes(field, e.packed)
	if n > 0 && n < len(e.fixes) {
		e.bitmap(set, flag)
	}
}

// bitmap writes which fixes have the flag, if any has.
func (e *encoder) bitmap(field protowire.Number, flag Flags) {
	e.bits = append(e.bits[:0], make([]byte, bitmapLen(len(e.fixes)))...)
	some := false
	for i := range e.fixes {
		if e.fixes[i].Has(flag) {
			e.bits[i>>3] |= 1 << (i & 7)
			some = true
		}
	}
	if some {
		e.bytes(field, e.bits)
	}
}

func (e *encoder) activities() {
	var words []string
	var runs, values []byte
	for i := 0; i < len(e.fixes); {
		word, n := e.fixes[i].Activity, 1
		for i+n < len(e.fixes) && e.fixes[i+n].Activity == word {
			n++
		}
		at := 0
		if word != "" {
			if at = slices.Index(words, word) + 1; at == 0 {
				words = append(words, word)
				at = len(words)
			}
		}
		runs, values = binary.AppendUvarint(runs, uint64(n)), binary.AppendUvarint(values, uint64(at))
		i += n
	}
	if len(words) == 0 {
		return
	}
	for _, w := range words {
		e.bytes(fieldActivities, []byte(w))
	}
	e.bytes(fieldActivityRun, runs)
	e.bytes(fieldActivity, values)
}

func (e *encoder) received() {
	var runs []int
	var values []byte
	before := int64(0)
	for i := 0; i < len(e.fixes); {
		n := 1
		for i+n < len(e.fixes) && e.fixes[i+n].ReceivedAt == e.fixes[i].ReceivedAt {
			n++
		}
		after := e.fixes[i].ReceivedAt - e.fixes[i].RecordedAt
		runs, values = append(runs, n), binary.AppendUvarint(values, zigzag(after-before))
		before = after
		i += n
	}
	if len(runs) > 1 {
		e.packed = e.packed[:0]
		for _, n := range shorten(runs) {
			e.packed = binary.AppendUvarint(e.packed, uint64(n))
		}
		e.bytes(fieldReceivedRun, e.packed)
	}
	e.bytes(fieldReceivedAfter, values)
}

// shorten returns the first length of runs alone if the others have the same and the last one no more. A phone that posts one fix at a
// time has only such runs.
func shorten(runs []int) []int {
	last := len(runs) - 1
	for i, n := range runs {
		if i < last && n != runs[0] || i == last && n > runs[0] {
			return runs
		}
	}
	return runs[:1]
}
