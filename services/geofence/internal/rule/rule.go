// Package rule decides when somebody is outside the assigned zones: (state, fix) -> (state, events). It is pure: it does no
// I/O, reads no clock and keeps nothing. The evaluator, the sweep and the tests' reference judge by this package alone.
//
// A fix is outside when it is outside the union of the zones that apply: farther than max(buffer, 1.5 accuracy) from each
// of them. A run of such fixes confirms outside when it has at least two fixes, spans at least a minute and gathers 2,500
// metre seconds beyond the buffer (Run.Area). Back inside is confirmed likewise, without a buffer: the metres are then the
// way to the border. A fix between the two is near: it confirms nothing and breaks a run on either side. The error of a
// phone's positions wanders. It may stay on one side for a minute, but it does not go far there for long. A user who leaves
// does. TestNoise measures both.
//
// A run on one side survives a gap between two fixes, since phones that stand still report rarely. Of the time in a gap
// longer than MaxGap, the rule counts at most the time that confirms a side. What was confirmed before such a gap must be
// confirmed again. When other zones come to apply, nothing is known.
//
// The rule judges fixes in the order in which they come. It passes over a fix that is not newer than the last, so no
// redelivery and no shuffled upload changes a state. A fix whose accuracy is beyond the limit, or below zero, changes
// nothing, nor does a fix of a device that does not count (device.go). An alert is late if the fix that raises it was already older than MaxAge
// when it was received. A late alert is about the past, and nobody should be disturbed by it. When a fresh fix finds the
// user still outside, the rule raises the same alert again, not late.
package rule

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"time"

	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/geofence/internal/zone"
)

// Params are the parameters of a company, or of one set of zones.
type Params struct {
	// A side is confirmed by this many fixes in a row. The last must be at least ConfirmFor after the first, and together
	// they must gather the area confirmAreaMS. A ConfirmFor below a minute asks for less area in proportion.
	ConfirmFixes int
	ConfirmFor   time.Duration
	// A fix that is less accurate is passed over.
	MaxAccuracyM float64
	// An alert is late if its fix was received longer than this after the fix was recorded.
	MaxAge time.Duration
	// More time than this between two fixes is a gap.
	MaxGap time.Duration
}

// Defaults apply to a company that sets nothing. DefaultBufferM is how far outside a zone is still near it.
var Defaults = Params{ConfirmFixes: 2, ConfirmFor: time.Minute, MaxAccuracyM: 100, MaxAge: 10 * time.Minute, MaxGap: 10 * time.Minute}

const (
	// DefaultBufferM is how far outside a zone a position still counts as near it, metres.
	DefaultBufferM = 40
	// assumedAccuracyM stands for an accuracy that the device did not report.
	assumedAccuracyM = 25
	// accuracyFactor times a fix's accuracy is how far the fix may lie from its user.
	accuracyFactor = 1.5
	// confirmAreaMS is the area that a run must gather before it confirms: metres beyond the border, times seconds.
	confirmAreaMS = 2500
)

// Area is the union of the zones that apply. *zone.Set implements it.
type Area interface {
	Locate(lat, lon, marginM float64) zone.Side
	// Depth returns how far the position is beyond the border of the side that Locate says, in metres, at most
	// zone.MaxDepthM.
	Depth(lat, lon, marginM float64) float64
	// Nearest returns a zone's index in Set.Zones and the signed distance to it, in metres.
	Nearest(lat, lon float64) (member int, distanceM float64)
}

// Set is the zones that apply to a user at an instant. The zero Set has no zones, so nothing is judged.
type Set struct {
	// Key identifies the set. It changes with the zones that apply and with their shapes. It is empty when no zone applies.
	Key string
	// Zones are the ids of Area's members.
	Zones  []string
	Area   Area
	Params Params
	// Why is the reason given for an alert that ends because this set replaced another.
	Why Reason
}

// Fix is a position with what the rule needs of it. AccuracyM is 0 when the device reported none.
type Fix struct {
	At         time.Time `json:"at"`
	ReceivedAt time.Time `json:"received_at"`
	Lat        float64   `json:"lat"`
	Lon        float64   `json:"lon"`
	AccuracyM  float64   `json:"accuracy_m,omitempty"`
	// Device is the user's device that took the fix. It is empty when the fix does not name one.
	Device string `json:"-"`
	// Mock says that an app made the position up.
	Mock bool `json:"-"`
}

// FixOf returns what the rule needs of a fix that a device recorded.
func FixOf(device string, f *track.Fix) Fix {
	fix := Fix{At: f.Recorded(), ReceivedAt: f.Received(), Device: device, Mock: f.Has(track.Mock)}
	fix.Lat, fix.Lon = f.Degrees()
	if m, ok := f.AccuracyM(); ok {
		fix.AccuracyM = m
	}
	return fix
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

// State is what is remembered of a user between two fixes. The zero State is that of a user never judged.
type State struct {
	// Zones is the key of the set by which the rest was judged. Since is the instant from which that set applied.
	Zones  string
	Since  time.Time
	Status Status
	// LastAt is the instant of the last fix that was judged.
	LastAt time.Time
	// Devices are the devices that have reported. The first one counts. Nil means none yet.
	Devices Devices
	// Run is the run that may become the next status. It is nil when there is none.
	Run *Run
	// Alert is the alert that goes on. It is nil when there is none.
	Alert *Alert
}

// Run is a series of fixes on one side that does not yet suffice to confirm it.
type Run struct {
	Side  zone.Side `json:"side"`
	First Fix       `json:"first"`
	Count int       `json:"count"`
	// Area adds up metres times seconds: how far each fix was beyond the border, times the time since the fix before.
	Area float64 `json:"area,omitempty"`
}

// Alert is an episode outside.
type Alert struct {
	ID string `json:"id"`
	// Start is the first fix outside. DistanceM is how far it was from the nearest zone.
	Start     Fix       `json:"start"`
	DistanceM float64   `json:"distance_m"`
	RaisedAt  time.Time `json:"raised_at"`
	Zones     []string  `json:"zones"`
	Late      bool      `json:"late,omitempty"`
	// Teams are those whose supervisors were told. The caller fills this in to remember them.
	Teams []string `json:"teams,omitempty"`
}

// Event is what the service tells others: an alert was raised, or it ended.
type Event struct {
	Alert Alert
	// Ended is zero for an alert that was raised.
	Ended  time.Time
	Reason Reason
}

// Who is the user whom the rule judges.
type Who struct{ Company, User string }

// Step judges one fix by the set that applies at its instant. It returns what happened, in order, which is mostly nothing.
func (s *State) Step(who Who, set *Set, f Fix) (events []Event) {
	if !f.At.After(s.LastAt) || f.Mock || set.Key != "" && !f.accurate(set.Params.MaxAccuracyM) {
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

// accurate says whether the accuracy is within a limit. An accuracy below zero is none: nobody knows where the user was.
func (f Fix) accurate(limitM float64) bool { return f.AccuracyM >= 0 && f.AccuracyM <= limitM }

// margin returns how far the fix may lie from its user, in metres.
func (f Fix) margin() float64 {
	if f.AccuracyM == 0 {
		return accuracyFactor * assumedAccuracyM
	}
	return accuracyFactor * f.AccuracyM
}

// Rebase forgets what was judged by one set and begins anew with another. If there is an alert, Rebase ends it at the given
// instant.
func (s *State) Rebase(set *Set, at time.Time) (events []Event) {
	if s.Alert != nil {
		events = []Event{{Alert: *s.Alert, Ended: later(at, s.Alert.Start.At), Reason: set.Why}}
	}
	s.Zones, s.Since, s.Status, s.Run, s.Alert = set.Key, at, Unknown, nil, nil
	return events
}

// confirm extends the run on a side by a fix and the time that counts before it, or begins a run. It says whether the run
// suffices.
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

// settle acts on a status that f confirmed or agreed with. first is the first fix of the run that confirmed it, else f
// itself.
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

// alertID is the same for the same user, zones, start of those zones and first fix. When zones are taken away and given
// back, judging begins anew with a new start. Older positions are then judged again, and they must not bring back an alert
// that ended.
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
