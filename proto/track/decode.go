package track

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// The fields of terreno.v1.Track.
const (
	fieldDevice protowire.Number = iota + 4
	fieldFixes
	fieldFirst
	fieldSpan
	fieldLater
	fieldLat
	fieldLon
	fieldAccuracy
	fieldAccuracySet
	fieldAccuracyUnusable
	fieldSpeed
	fieldSpeedSet
	fieldBearing
	fieldBearingSet
	fieldAltitude
	fieldAltitudeSet
	fieldBattery
	fieldBatterySet
	fieldChargingSet
	fieldCharging
	fieldMock
	fieldMockUnreadable
	fieldActivities
	fieldActivityRun
	fieldActivity
	fieldReceivedRun
	fieldReceivedAfter
	endOfFields
)

// Head says what a track holds.
type Head struct {
	Device string
	Fixes  int
	// FirstMS and LastMS are when the first and the last fix were recorded, ms since 1970-01-01T00:00:00Z.
	FirstMS, LastMS int64
}

// ErrInvalid says that bytes are not a track.
var ErrInvalid = errors.New("not a track of positions")

func invalid(why string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(why, args...))
}

// ReadHead returns what a track holds, without its fixes. The time is the same for one fix and for thousands.
func ReadHead(body []byte) (Head, error) {
	var d decoder
	if err := d.fields(body); err != nil {
		return Head{}, err
	}
	return d.head()
}

// Decode appends the fixes of a track to dst, in the order of their instants. An error is ErrInvalid, and dst is then returned as
// it was. It allocates nothing for a fix if dst has room.
func Decode(dst []Fix, body []byte) (Head, []Fix, error) {
	if Outdated(body) {
		return decodeBatch(dst, body)
	}
	var d decoder
	if err := d.fields(body); err != nil {
		return Head{}, dst, err
	}
	head, err := d.head()
	if err != nil {
		return Head{}, dst, err
	}
	have := len(dst)
	all := slices.Grow(dst, head.Fixes)[:have+head.Fixes]
	d.fixes = all[have:]
	clear(d.fixes)
	var room [fewFixes]int64
	numbers := room[:]
	if head.Fixes > fewFixes {
		numbers = make([]int64, head.Fixes)
	}
	if err := d.decode(head, numbers[:head.Fixes]); err != nil {
		return Head{}, dst, err
	}
	return head, all, nil
}

// decoder holds the fields of a track, by number.
type decoder struct {
	bytes      [endOfFields][]byte
	seen       [endOfFields]bool
	varint     [fieldSpan + 1]uint64
	activities []string
	fixes      []Fix
}

// fewFixes is how many fixes decode without room from the heap. A message of TRACKING has no more.
const fewFixes = 512

// fields finds the fields. It passes over those that it does not know.
func (d *decoder) fields(body []byte) error {
	for len(body) > 0 {
		field, kind, n := protowire.ConsumeTag(body)
		if n < 0 {
			return invalid("%v", protowire.ParseError(n))
		}
		body = body[n:]
		var err error
		if n, err = d.field(field, kind, body); err != nil {
			return err
		}
		body = body[n:]
	}
	return nil
}

func (d *decoder) field(field protowire.Number, kind protowire.Type, body []byte) (n int, err error) {
	if field < fieldDevice || field >= endOfFields {
		if n = protowire.ConsumeFieldValue(field, kind, body); n < 0 {
			return 0, invalid("%v", protowire.ParseError(n))
		}
		return n, nil
	}
	want := protowire.BytesType
	if field == fieldFixes || field == fieldFirst || field == fieldSpan {
		want = protowire.VarintType
	}
	if kind != want {
		return 0, invalid("field %d has another type", field)
	}
	if d.seen[field] && field != fieldActivities {
		return 0, invalid("field %d comes twice", field)
	}
	d.seen[field] = true
	if want == protowire.VarintType {
		d.varint[field], n = protowire.ConsumeVarint(body)
	} else {
		d.bytes[field], n = protowire.ConsumeBytes(body)
	}
	if n < 0 {
		return 0, invalid("%v", protowire.ParseError(n))
	}
	if (field == fieldActivities || field == fieldDevice) && !isText(d.bytes[field]) {
		return 0, invalid("field %d is not text", field)
	}
	if field == fieldActivities {
		if len(d.activities) == MaxFixes { // a few bytes of body would ask for many of memory
			return 0, invalid("it has more than %d activities", MaxFixes)
		}
		d.activities = append(d.activities, string(d.bytes[field]))
	}
	return n, nil
}

// isText says whether bytes are UTF-8 without a NUL, which PostgreSQL could not store as text.
func isText(b []byte) bool { return utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 }

func (d *decoder) head() (Head, error) {
	n := d.varint[fieldFixes]
	// Each fix has at least a byte of latitude. So a short body cannot ask for much memory.
	if n == 0 || n > MaxFixes || n > uint64(len(d.bytes[fieldLat])) {
		return Head{}, invalid("it says that it holds %d fixes", n)
	}
	first, span := int64(d.varint[fieldFirst]), int64(d.varint[fieldSpan])
	if span < 0 || first+span < first {
		return Head{}, invalid("it ends before it begins")
	}
	return Head{Device: string(d.bytes[fieldDevice]), Fixes: int(n), FirstMS: first, LastMS: first + span}, nil
}

// decode reads the columns. numbers has room for one of each fix.
func (d *decoder) decode(head Head, numbers []int64) error {
	if err := d.recorded(head); err != nil {
		return err
	}
	if err := d.place(numbers); err != nil {
		return err
	}
	if err := d.optional(numbers); err != nil {
		return err
	}
	if err := d.flags(); err != nil {
		return err
	}
	if err := d.activity(); err != nil {
		return err
	}
	return d.received()
}

func (d *decoder) recorded(head Head) error {
	c := column{rest: d.bytes[fieldLater]}
	at := head.FirstMS
	d.fixes[0].RecordedAt = at
	for i := 1; i < len(d.fixes); i++ {
		later := c.next()
		next := at + int64(later)
		if next <= at {
			return invalid("fix %d was not recorded after the one before it", i)
		}
		at = next
		d.fixes[i].RecordedAt = at
	}
	if !c.ended() || at != head.LastMS {
		return invalid("its instants do not fit")
	}
	return nil
}
