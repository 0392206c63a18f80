package upload

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/terreno/terreno/pkg/strictjson"
)

// envelope is an upload whose outer members can be read in one way only. Its parts are still to be decoded.
type envelope struct {
	deviceID, userID, positions []byte
	// faults are the positions that can be read in two ways. They are in the order of the list, one fault for each
	// position.
	faults []Rejection
}

const positions = "positions"

// posted names the members that this package reads from an upload.
var posted = strictjson.Object(map[string]*strictjson.Shape{
	"device_id": nil, "user_id": nil,
	positions: strictjson.List(strictjson.Object(map[string]*strictjson.Shape{
		"recorded_at": nil, "lat": nil, "lon": nil, "accuracy_m": nil, "altitude_m": nil, "speed_mps": nil, "bearing_deg": nil,
		"battery": nil, "charging": nil, "activity": nil, "mock": nil,
	})),
})

func readEnvelope(body []byte) (envelope, error) {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return envelope{}, errBodyEmpty
	}
	if body[0] != '{' {
		return envelope{}, &Error{CodeJSONInvalid, "The body must be a JSON object."}
	}
	e, err := walk(body)
	if syntax, ok := errors.AsType[*strictjson.SyntaxError](err); ok {
		// Some phones print NaN and Infinity without quotes, which is not JSON. That must cost one fix and not the
		// upload.
		if quoted, found := quoteLiterals(body); found {
			e, err = walk(quoted)
		}
		if errors.As(err, &syntax) {
			return envelope{}, &Error{CodeJSONInvalid, fmt.Sprintf("The body is not JSON: %s.", syntax)}
		}
	}
	return e, err
}

// walk checks the whole body. A fault inside a position costs that position. A fault anywhere else costs the upload.
func walk(body []byte) (envelope, error) {
	var e envelope
	var refused *Error
	members, err := strictjson.Walk(body, posted, func(f strictjson.Finding) {
		if f.Code == strictjson.CodeNUL {
			return // The texts that are kept are checked one by one. A NUL in any other text costs nothing.
		}
		inList := len(f.Path) > 1 && string(f.Path[0].Name) == positions && f.Path[1].Index >= 0
		switch {
		case !inList && refused == nil:
			refused = &Error{f.Code, "In " + f.Place() + ": " + f.Detail}
		case inList && (len(e.faults) == 0 || e.faults[len(e.faults)-1].Index != f.Path[1].Index):
			e.faults = append(e.faults, Rejection{f.Path[1].Index, f.Code, f.Place() + ": " + f.Detail})
		}
	})
	switch {
	case err != nil:
		return envelope{}, err
	case refused != nil:
		return envelope{}, refused
	}
	e.deviceID, e.userID, e.positions = members["device_id"], members["user_id"], members[positions]
	return e, nil
}
