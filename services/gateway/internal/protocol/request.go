package protocol

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/terreno/terreno/pkg/strictjson"
)

// Limits of the names in a client's frame.
const (
	maxEvent = 64
	maxID    = 128
)

// ErrBadFrame says that a client's text is not a frame.
var ErrBadFrame = errors.New("must be a JSON object with an event of 1 to 64 characters, data, and an id of at most 128, each once")

var frameShape = strictjson.Object(map[string]*strictjson.Shape{"event": nil, "data": nil, "id": nil})

// Request is a frame from a client.
type Request struct {
	Event string          `json:"event"`
	Data  json.RawMessage `json:"data"`
	// ID is the client's name for the frame. An error frame refers to it.
	ID string `json:"id"`
}

// Decode reads a client's frame. It ignores fields that it does not know. The error is ErrBadFrame.
func Decode(text []byte) (Request, error) {
	// Without this check JSON null would be accepted as an empty object.
	if !bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{")) {
		return Request{}, ErrBadFrame
	}
	var r Request
	if err := json.Unmarshal(text, &r); err != nil {
		return Request{}, ErrBadFrame
	}
	// Nothing may hold back a call for help.
	if r.Event == "" || len(r.Event) > maxEvent || len(r.ID) > maxID || r.Event != EventPanic && Repeats(text, frameShape) != "" {
		return Request{}, ErrBadFrame
	}
	return r, nil
}

// Repeats says, in a sentence of bounded length, which member stands twice in JSON, or in another case than the shape has it: it can be read in
// two ways. It is empty if there is none among those that the shape reads.
func Repeats(text []byte, shape *strictjson.Shape) (why string) {
	_, _ = strictjson.Walk(text, shape, func(f strictjson.Finding) {
		if why == "" && (f.Code == strictjson.CodeRepeated || f.Code == strictjson.CodeCase) {
			why = f.Detail
		}
	})
	return why
}

// AuthData is the data of the client's `auth`.
type AuthData struct {
	Token string `json:"token"`
}

// ResumeData is the data of the client's `reanudar`. Without a cursor the socket begins where it joined.
type ResumeData struct {
	From string `json:"desde"`
}

// Read decodes the data into one of the data types. Absent data counts as an empty object. The error is ErrBadFrame.
func (r Request) Read(target any) error {
	if len(r.Data) == 0 {
		return nil
	}
	if err := json.Unmarshal(r.Data, target); err != nil {
		return ErrBadFrame
	}
	return nil
}
