// Package upload reads what a phone posts and turns it into the messages that carry it. It holds rules only: it does no
// I/O, and the caller passes the time as an argument.
//
// It guarantees that a bad fix costs that fix and nothing else. A bad optional field costs that field and not the fix. A
// field that cannot be read never makes a fix more trusted. Every fix that it lets through is on Earth and inside the
// retention. The same upload gives the same message ids however often it comes.
package upload

import (
	"encoding/json"
	"fmt"
	"time"
	"unicode"

	"github.com/terreno/terreno/pkg/strictjson"
	"github.com/terreno/terreno/proto/track"
)

// MaxPositions is how many positions one upload may hold.
const MaxPositions = 10_000

const maxDeviceID = 64

// Codes of an Error, which refuses the whole upload.
const (
	CodeBodyEmpty        = "body_empty"
	CodeJSONInvalid      = "json_invalid"
	CodeBatchEmpty       = "batch_empty"
	CodeTooManyPositions = "too_many_positions"
	CodeDeviceIDInvalid  = "device_id_invalid"
	CodeOtherUser        = "other_user"
	CodeTrackInvalid     = "track_invalid"
	// A Rejection uses these codes too, when the fault is inside one position.
	CodeMemberRepeated    = strictjson.CodeRepeated
	CodeMemberCaseDiffers = strictjson.CodeCase
	CodeTextNotUnicode    = strictjson.CodeText
)

// Error refuses an upload as a whole. Nothing of the upload may be stored, and sending it again unchanged will not help.
type Error struct {
	Code string
	// Detail is a sentence for the developer of the client.
	Detail string
}

var errBodyEmpty = &Error{CodeBodyEmpty, "The request has no body."}

func (e *Error) Error() string { return e.Code + ": " + e.Detail }

// Rules are what Decode judges an upload by.
type Rules struct {
	// User is the user whom the token names. Nobody may post for another user.
	User string
	// Now is domain time.
	Now time.Time
	// Retention is how long positions are kept. Older ones are rejected.
	Retention time.Duration
}

// Upload is a posted upload after Decode has judged its positions.
type Upload struct {
	DeviceID string
	// Fixes that passed, in the order in which they were posted.
	Fixes []track.Fix
	// Rejected are the positions that did not pass. The sender must drop them.
	Rejected []Rejection
	// Dropped counts the optional values that could not be read, by field.
	Dropped map[string]int
}

// Rejection says why the fix at an index of the posted list was not taken.
type Rejection struct {
	Index  int
	Code   string
	Detail string
}

// Decode reads the JSON of an upload. A returned error is an *Error.
func Decode(body []byte, rules Rules) (Upload, error) {
	if u, ok := onePass(body, rules); ok {
		return u, nil
	}
	return decodeCarefully(body, rules)
}

// decodeCarefully reads every upload. It finds what is wrong, and where.
func decodeCarefully(body []byte, rules Rules) (Upload, error) {
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
	u := Upload{DeviceID: device, Fixes: make([]track.Fix, 0, len(wire))}
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
	u.drop(dropped...)
}

func (u *Upload) drop(names ...string) {
	for _, name := range names {
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
	if err := checkDevice(id); err != nil {
		return "", err
	}
	return id, nil
}

// checkDevice returns why a device cannot be named so. It is an *Error.
func checkDevice(id string) error {
	place := 0
	for _, r := range id {
		place++
		if unicode.IsControl(r) {
			return &Error{CodeDeviceIDInvalid, fmt.Sprintf("Character %d of the device_id is the control character %U. Leave it out.", place, r)}
		}
	}
	if place > maxDeviceID {
		return &Error{CodeDeviceIDInvalid, fmt.Sprintf("The device_id has %d characters. It may have %d.", place, maxDeviceID)}
	}
	return nil
}

// fixes reads the list of positions. It never fails on the content of a position, because check judges that.
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
		return nil, tooMany(n)
	}
	wire := make([]wireFix, 0, n)
	if err := json.Unmarshal(e.positions, &wire); err == nil && len(wire) == n {
		return wire, nil
	}
	// Something in the list is not an object. Fields never fail to decode, so it is enough to look at the items.
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

func tooMany(n int) error {
	return &Error{CodeTooManyPositions, fmt.Sprintf("An upload holds at most %d positions, this one %d: send it in parts.", MaxPositions, n)}
}

// elements counts the items of a JSON array whose syntax is known to be right. The caller counts before it decodes,
// because five megabytes of `{},` would become a quarter of a gigabyte of empty fixes.
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
