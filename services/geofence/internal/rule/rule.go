// Package rule decides when somebody is outside the assigned zones: (state, fix) -> (state, events). It is pure: no I/O, no
// clock, nothing kept. The evaluator, the sweep and the tests' reference judge by it alone.
//
// Outside means outside the union of the zones that apply: farther than max(buffer, 1.5 accuracy) from each of them, in a run
// of at least two fixes that spans at least a minute and gathers 2,500 metre seconds beyond the buffer (Run.Area). Back inside
// likewise, without a buffer: metres are then the way to the border. What lies between is near: it confirms nothing and
// breaks either run. The error of a phone's positions wanders: it stays on one side for a minute, but does not go far there
// for long, and who leaves does. TestNoise measures both.
//
// A run on the same side survives a gap between two fixes, since phones that stand still report rarely; of the time in the
// gap nothing is claimed but what confirms, and what was confirmed before it has to be confirmed anew. When the zones that
// apply are others, nothing is known.
//
// Fixes are judged in the order in which they come, and one that is not newer than the last is passed over, so that no
// redelivery and no shuffled upload changes a state. One whose accuracy is beyond the limit changes nothing, nor does one of a
// device that does not count (device.go). An alert that is raised by a fix older than MaxAge when it was received is late: it
// is of the past and nobody is to be disturbed; when a fresh fix finds the user still outside, the same alert is raised again,
// not late.
package rule

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"time"

	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/services/geofence/internal/zone"
)

// Params are a company's, or of one set of zones.
type Params struct {
	// A side is confirmed by this many fixes in a row, the last at least ConfirmFor after the first, that gather the area
	// confirmAreaMS. A ConfirmFor below a minute asks for less area in proportion.
	ConfirmFixes int
	ConfirmFor   time.Duration
	// A fix that is less accurate is passed over.
	MaxAccuracyM float64
	// What a fix raises that was received later after its recording is late.
	MaxAge time.Duration
	// More time than this between two fixes is a gap.
	MaxGap time.Duration
}

// Defaults of a company that sets nothing. DefaultBufferM is how far outside a zone is still near it.
var Defaults = Params{ConfirmFixes: 2, ConfirmFor: time.Minute, MaxAccuracyM: 100, MaxAge: 10 * time.Minute, MaxGap: 10 * time.Minute}

const (
	// DefaultBufferM is how far outside a zone a position still counts as near it, metres.
	DefaultBufferM = 40
	// assumedAccuracyM stands for an accuracy that the device did not report.
	assumedAccuracyM = 25
	// accuracyFactor times its accuracy is how far beside its user a fix may lie.
	accuracyFactor = 1.5
	// confirmAreaMS is what a run gathers before it confirms: metres beyond the border, times seconds.
	confirmAreaMS = 2500
)

// Area is the union of the zones that apply. A *zone.Set is one.
type Area interface {
	Locate(lat, lon, marginM float64) zone.Side
	// Depth returns how far the position is beyond the border of that side, metres, at most zone.MaxDepthM.
	Depth(lat, lon, marginM float64) float64
	// Nearest returns a zone's place in Set.Zones and the signed distance to it, metres.
	Nearest(lat, lon float64) (member int, distanceM float64)
}

// Set is what applies to a user at an instant. The zero Set is no zone at all: nothing is judged.
type Set struct {
	// Key tells one set from another: it changes with the zones that apply and with their shapes. Empty: none applies.
	Key string
	// Zones are the ids of Area's members.
	Zones  []string
	Area   Area
	Params Params
	// Why is the reason that ends an alert when this set takes the place of another.
	Why Reason
}

// Fix is a position with what the rule asks of it. AccuracyM is 0 when the device reported none.
type Fix struct {
	At         time.Time `json:"at"`
	ReceivedAt time.Time `json:"received_at"`
	Lat        float64   `json:"lat"`
	Lon        float64   `json:"lon"`
	AccuracyM  float64   `json:"accuracy_m,omitempty"`
	// Device is which of the user's devices took it; empty when it did not say.
	Device string `json:"-"`
	// Mock says that an app made the position up.
	Mock bool `json:"-"`
}

// Status is what is known of a user.
type Status int8

// What can be known.
const (
	Unknown Status = iota
	Inside
	Outside
)

// Reason is why an alert ended, as clients read it.
type Reason string

// Why an alert ends.
const (
	Returned      Reason = alert.EndReturned
	ZonesChanged  Reason = alert.EndZonesChanged
	ScheduleEnded Reason = alert.EndScheduleEnded
	Unassigned    Reason = alert.EndUnassigned
)

// State is what is remembered of a user between two fixes. The zero State is of somebody never judged.
type State struct {
	// Zones is the key of the set by which the rest was judged, Since the instant from which on it applied.
	Zones  string
	Since  time.Time
	Status Status
	// LastAt is the instant of the last fix that was judged.
	LastAt time.Time
	// Devices are those that were heard; the first counts. Nil: none yet.
	Devices Devices
	// Run is what may become the next status; nil when there is none.
	Run *Run
	// Alert goes on; nil when none does.
	Alert *Alert
}

// Run is fixes on one side, one after the other, that do not yet suffice.
type Run struct {
	Side  zone.Side `json:"side"`
	First Fix       `json:"first"`
	Count int       `json:"count"`
	// Area is how far beyond the border the fixes were, each for the time since the one before: metres times seconds.
	Area float64 `json:"area,omitempty"`
}

// Alert is an episode outside.
type Alert struct {
	ID string `json:"id"`
	// Start is the first fix outside, DistanceM how far it was from the nearest zone.
	Start     Fix       `json:"start"`
	DistanceM float64   `json:"distance_m"`
	RaisedAt  time.Time `json:"raised_at"`
	Zones     []string  `json:"zones"`
	Late      bool      `json:"late,omitempty"`
	// Teams whose supervisors were told, for the caller to remember.
	Teams []string `json:"teams,omitempty"`
}

// Event is what others are told: an alert was raised, or it ended.
type Event struct {
	Alert Alert
	// Ended is zero for an alert that was raised.
	Ended  time.Time
	Reason Reason
}

// Who is judged.
type Who struct{ Company, User string }

// Step judges one fix by the set that applies at its instant and returns what happened, in order; mostly nothing.
func (s *State) Step(who Who, set *Set, f Fix) (events []Event) {
	if !f.At.After(s.LastAt) || f.Mock || (set.Key != "" && f.AccuracyM > set.Params.MaxAccuracyM) {
		return nil
	}
	counts, switched := s.Devices.hear(f, s.LastAt)
	if !counts {
		return nil
	}
	if s.Zones != set.Key {
		events = s.Rebase(set, f.At)
		if set.Key == "" {
			s.LastAt = f.At // an older fix that comes later must not begin again what has just ended
		}
	}
	if set.Key == "" {
		return events
	}
	step := f.At.Sub(s.LastAt)
	if step > set.Params.MaxGap || switched {
		step = min(step, set.Params.MaxGap, set.Params.ConfirmFor)
		s.Status = Unknown
	}
	s.LastAt = f.At
	margin := f.margin()
	side := set.Area.Locate(f.Lat, f.Lon, margin)
	if side == zone.Near {
		s.Run = nil
		return events
	}
	first := f
	if s.Status != statusOf(side) {
		if !s.confirm(side, set, f, step) {
			return events
		}
		first = s.Run.First
	}
	s.Status, s.Run = statusOf(side), nil
	return append(events, s.settle(who, set, first, f)...)
}

// margin is how far beside its user a fix may lie, metres.
func (f Fix) margin() float64 {
	if f.AccuracyM <= 0 {
		return accuracyFactor * assumedAccuracyM
	}
	return accuracyFactor * f.AccuracyM
}

// Rebase forgets what was judged by one set and begins anew with another. An alert ends with it, at the instant given.
func (s *State) Rebase(set *Set, at time.Time) (events []Event) {
	if s.Alert != nil {
		events = []Event{{Alert: *s.Alert, Ended: later(at, s.Alert.Start.At), Reason: set.Why}}
	}
	s.Zones, s.Since, s.Status, s.Run, s.Alert = set.Key, at, Unknown, nil, nil
	return events
}

// confirm extends the run on a side by a fix and the time that counts before it, or begins one, and says whether it suffices.
func (s *State) confirm(side zone.Side, set *Set, f Fix, step time.Duration) bool {
	if s.Run == nil || s.Run.Side != side {
		s.Run = &Run{Side: side, First: f}
	} else {
		s.Run.Area += set.Area.Depth(f.Lat, f.Lon, f.margin()) * step.Seconds()
	}
	s.Run.Count++
	p := set.Params
	area := confirmAreaMS * min(1, p.ConfirmFor.Minutes())
	return s.Run.Count >= p.ConfirmFixes && f.At.Sub(s.Run.First.At) >= p.ConfirmFor && s.Run.Area >= area
}

// settle acts on a status that f confirmed, first being the run's first fix, or agreed with.
func (s *State) settle(who Who, set *Set, first, f Fix) (events []Event) {
	fresh := f.ReceivedAt.Sub(f.At) <= set.Params.MaxAge
	switch {
	case s.Status == Inside && s.Alert != nil:
		events = []Event{{Alert: *s.Alert, Ended: first.At, Reason: Returned}}
		s.Alert = nil
	case s.Status == Outside && s.Alert == nil:
		a := s.raise(who, set, first, f)
		a.Late = !fresh
		s.Alert = &a
		events = []Event{{Alert: a}}
	case s.Status == Outside && s.Alert.Late && fresh:
		a := *s.Alert
		a.Late, a.RaisedAt = false, f.At
		s.Alert = &a
		events = []Event{{Alert: a}}
	}
	return events
}

func (s *State) raise(who Who, set *Set, first, last Fix) Alert {
	_, distance := set.Area.Nearest(first.Lat, first.Lon)
	return Alert{
		ID: alertID(who, set.Key, s.Since, first.At), Start: first, DistanceM: distance, RaisedAt: last.At,
		Zones: set.Zones[:min(len(set.Zones), alert.MaxZones)],
	}
}

// alertID is the same for the same user, zones and first fix. Zones that are taken away and given back begin anew: older
// positions are judged again then, and must not bring back an alert that ended.
func alertID(who Who, zones string, since, first time.Time) string {
	h := sha256.New()
	h.Write([]byte(who.Company + "\x00" + who.User + "\x00" + zones + "\x00"))
	var at [16]byte
	binary.BigEndian.PutUint64(at[:8], uint64(since.UnixMilli()))
	binary.BigEndian.PutUint64(at[8:], uint64(first.UnixMilli()))
	h.Write(at[:])
	return base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:15])
}

func statusOf(side zone.Side) Status {
	if side == zone.Inside {
		return Inside
	}
	return Outside
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
