// Package upload reads what a phone posts and turns it into the messages that carry it. It is rules alone: no I/O, and
// the time is an argument.
//
// It guarantees that a bad fix costs that fix and nothing else, that a bad optional field costs that field and not the
// fix, that a field which cannot be read never makes a fix more trusted, that every fix it lets through is on Earth and inside the retention, and that the same upload gives the same
// message ids however often it comes.
package upload

import (
	"encoding/json"
	"fmt"
	"time"
	"unicode"

	"github.com/terreno/terreno/pkg/strictjson"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

// MaxPositions is how many positions one upload may hold.
const MaxPositions = 10_000

const maxDeviceID = 64

// Codes of an Error: the whole upload is refused.
const (
	CodeBodyEmpty        = "body_empty"
	CodeJSONInvalid      = "json_invalid"
	CodeBatchEmpty       = "batch_empty"
	CodeTooManyPositions = "too_many_positions"
	CodeDeviceIDInvalid  = "device_id_invalid"
	CodeOtherUser        = "other_user"
	// These stand for a Rejection too, when what they say is inside one position.
	CodeMemberRepeated    = strictjson.CodeRepeated
	CodeMemberCaseDiffers = strictjson.CodeCase
	CodeTextNotUnicode    = strictjson.CodeText
)

// Error refuses an upload whole: nothing of it may be stored, and sending it again unchanged will not help.
type Error struct {
	Code string
	// Detail is a sentence for whoever wrote the client.
	Detail string
}

func (e *Error) Error() string { return e.Code + ": " + e.Detail }

// Rules are what an upload is judged by.
type Rules struct {
	// User is whom the token names: nobody posts for another.
	User string
	// Now is domain time.
	Now time.Time
	// Retention is how long positions are kept; older ones are refused.
	Retention time.Duration
}

// Upload is what was posted, judged.
type Upload struct {
	DeviceID string
	// Fixes that passed, in the order in which they were posted.
	Fixes []*terrenov1.Fix
	// Rejected are the others; the sender must drop them.
	Rejected []Rejection
	// Dropped counts, by field, optional values that could not be read.
	Dropped map[string]int
}

// Rejection says why the fix at an index of the posted list was not taken.
type Rejection struct {
	Index  int
	Code   string
	Detail string
}

// Decode reads the JSON of an upload. An error is an *Error.
func Decode(body []byte, rules Rules) (Upload, error) {
	e, err := readEnvelope(body)
	if err != nil {
		return Upload{}, err
	}
	if !e.isFrom(rules.User) {
		return Upload{}, &Error{CodeOtherUser, "Positions are posted by the user whom they belong to: leave user_id out."}
	}
	device, err := e.device()
	if err != nil {
		return Upload{}, err
	}
	wire, err := e.fixes()
	if err != nil {
		return Upload{}, err
	}
	u := Upload{DeviceID: device, Fixes: make([]*terrenov1.Fix, 0, len(wire))}
	faults := e.faults
	for i := range wire {
		if len(faults) > 0 && faults[0].Index == i {
			u.Rejected = append(u.Rejected, faults[0])
			faults = faults[1:]
			continue
		}
		u.add(i, &wire[i], rules)
	}
	return u, nil
}

func (u *Upload) add(index int, w *wireFix, rules Rules) {
	if code, detail := w.check(rules); code != "" {
		u.Rejected = append(u.Rejected, Rejection{Index: index, Code: code, Detail: detail})
		return
	}
	fix, dropped := w.fix()
	u.Fixes = append(u.Fixes, fix)
	for _, name := range dropped {
		if u.Dropped == nil {
			u.Dropped = map[string]int{}
		}
		u.Dropped[name]++
	}
}

func (e envelope) isFrom(user string) bool {
	if isAbsent(e.userID) {
		return true
	}
	var named string
	return json.Unmarshal(e.userID, &named) == nil && named == user
}

func (e envelope) device() (string, error) {
	if isAbsent(e.deviceID) {
		return "", nil
	}
	var id string
	if json.Unmarshal(e.deviceID, &id) != nil {
		return "", &Error{CodeDeviceIDInvalid, "The device_id must be text."}
	}
	place := 0
	for _, r := range id {
		place++
		if unicode.IsControl(r) {
			return "", &Error{CodeDeviceIDInvalid, fmt.Sprintf("Character %d of the device_id is the control character %U. Leave it out.", place, r)}
		}
	}
	if place > maxDeviceID {
		return "", &Error{CodeDeviceIDInvalid, fmt.Sprintf("The device_id has %d characters. It may have %d.", place, maxDeviceID)}
	}
	return id, nil
}

// fixes reads the list of positions. It never fails on what is inside a position: that is for check to judge.
func (e envelope) fixes() ([]wireFix, error) {
	if isAbsent(e.positions) {
		return nil, &Error{CodeBatchEmpty, "The list positions is missing."}
	}
	if e.positions[0] != '[' {
		return nil, &Error{CodeJSONInvalid, "The member positions must be a list."}
	}
	n := elements(e.positions)
	if n == 0 {
		return nil, &Error{CodeBatchEmpty, "The list positions is empty."}
	}
	if n > MaxPositions {
		return nil, &Error{CodeTooManyPositions, fmt.Sprintf("An upload holds at most %d positions, this one %d: send it in parts.", MaxPositions, n)}
	}
	wire := make([]wireFix, 0, n)
	if err := json.Unmarshal(e.positions, &wire); err == nil && len(wire) == n {
		return wire, nil
	}
	// Something in the list is not an object. What decodes field by field cannot fail, so only the items are looked at.
	var items []json.RawMessage
	if err := json.Unmarshal(e.positions, &items); err != nil {
		return nil, &Error{CodeJSONInvalid, "The list positions cannot be read."}
	}
	wire = make([]wireFix, len(items))
	for i, item := range items {
		wire[i].notObject = json.Unmarshal(item, &wire[i]) != nil
	}
	return wire, nil
}

// elements counts the items of a JSON array whose syntax is known to be right. It is counted before it is decoded, since
// five megabytes of `{},` would become a quarter of a gigabyte of empty fixes.
func elements(array []byte) int {
	depth, commas, empty, inString := 0, 0, true, false
	for i := 0; i < len(array); i++ {
		c := array[i]
		if inString {
			if c == '\\' {
				i++
			}
			inString = c != '"'
			continue
		}
		switch c {
		case '[', '{':
			empty = empty && depth == 0
			depth++
		case ']', '}':
			depth--
		case ',':
			if depth == 1 {
				commas++
			}
		case ' ', '\t', '\r', '\n':
		default:
			inString = c == '"'
			empty = false
		}
	}
	if empty {
		return 0
	}
	return commas + 1
}

func isAbsent(raw []byte) bool {
	return len(raw) == 0 || string(raw) == "null"
}

func isPrintable(s string) bool {
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}
