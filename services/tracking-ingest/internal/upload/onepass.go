package upload

import (
	"slices"
	"unicode/utf8"

	"github.com/terreno/terreno/pkg/instant"
	"github.com/terreno/terreno/proto/track"
)

// onePass reads an upload as nearly all phones write it, in one pass: no member but those of package upload, each once, texts
// without escapes, and numbers and flags that are none in quotes. ok is false at the first thing that it does not know. Then
// nothing is decided, and the careful reader has to read the whole body. What onePass reads, the careful reader reads alike:
// the same rules judge the same values.
func onePass(body []byte, rules Rules) (u Upload, ok bool) {
	r := reader{body: body}
	u.Fixes = []track.Fix{}
	const device, user, list = 1, 2, 4
	seen := 0
	ok = r.object(func(name []byte) bool {
		member := 0
		read := false
		switch string(name) {
		case "device_id":
			member = device
			u.DeviceID, read = r.device()
		case "user_id":
			member = user
			read = r.isNullOr(func() bool {
				named, ok := r.text()
				return ok && string(named) == rules.User
			})
		case positions:
			member = list
			read = r.list(&u, rules)
		}
		fresh := seen&member == 0
		seen |= member
		return read && fresh
	})
	return u, ok && r.next() == 0 && r.at == len(body) && seen&list != 0
}

// device reads a device_id. It may hold any character that needs no escape.
func (r *reader) device() (id string, ok bool) {
	ok = r.isNullOr(func() bool {
		if r.next() != '"' {
			return false
		}
		r.at++
		start := r.at
		for ; r.at < len(r.body) && r.body[r.at] != '"'; r.at++ {
			if c := r.body[r.at]; c < ' ' || c == '\\' {
				return false
			}
		}
		if r.at == len(r.body) || !utf8.Valid(r.body[start:r.at]) {
			return false
		}
		id = string(r.body[start:r.at])
		r.at++
		return checkDevice(id) == nil
	})
	return id, ok
}

// list reads the positions into u.
func (r *reader) list(u *Upload, rules Rules) (ok bool) {
	if r.next() != '[' {
		return false
	}
	r.at++
	for i := 0; i < MaxPositions; i++ {
		begin := r.at
		var w wireFix
		if !r.position(&w) {
			return false
		}
		u.add(i, &w, rules)
		if i == 0 { // the others are as long
			u.Fixes = slices.Grow(u.Fixes, min(MaxPositions, (len(r.body)-r.at)/(r.at-begin)+1))
		}
		switch r.next() {
		case ',':
			r.at++
		case ']':
			r.at++
			return true
		default:
			return false
		}
	}
	return false
}

func (r *reader) position(w *wireFix) (ok bool) {
	seen := 0
	return r.object(func(name []byte) bool {
		member, ok := r.member(w, name)
		fresh := seen&(1<<member) == 0
		seen |= 1 << member
		return ok && fresh
	})
}

// member reads the value of a member of a position, and returns a number of the member.
func (r *reader) member(w *wireFix, name []byte) (member int, ok bool) {
	switch string(name) {
	case "recorded_at":
		return 0, r.moment(&w.RecordedAt)
	case "lat":
		return 1, r.number(&w.Lat)
	case "lon":
		return 2, r.number(&w.Lon)
	case "accuracy_m":
		return 3, r.number(&w.AccuracyM)
	case "altitude_m":
		return 4, r.number(&w.AltitudeM)
	case "speed_mps":
		return 5, r.number(&w.SpeedMPS)
	case "bearing_deg":
		return 6, r.number(&w.BearingDeg)
	case "battery":
		return 7, r.number(&w.Battery)
	case "charging":
		return 8, r.flag(&w.Charging)
	case "activity":
		return 9, r.activity(&w.Activity)
	case "mock":
		return 10, r.flag(&w.Mock)
	default:
		return 0, false
	}
}

func (r *reader) moment(m *moment) bool {
	if r.null() {
		return true
	}
	inside, ok := r.text()
	if !ok {
		return false
	}
	m.value, ok = instant.Usual(inside)
	m.state = present
	return ok
}

func (r *reader) number(n *number) bool {
	if r.null() {
		return true
	}
	v, length, ok := readFloat(r.body[r.at:])
	r.at += length
	*n = number{present, v}
	return ok
}

func (r *reader) flag(f *flag) bool {
	switch {
	case r.null():
		return true
	case r.word("true"):
		*f = flag{present, true}
	case r.word("false"):
		*f = flag{present, false}
	default:
		return false
	}
	return true
}

func (r *reader) activity(t *text) bool {
	if r.null() {
		return true
	}
	inside, ok := r.text()
	*t = text{present, r.words.of(inside)}
	return ok
}
