package protocol

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"
)

// Events about the socket itself.
const (
	EventReady   = "listo"
	EventBeat    = "latido"
	EventReload  = "recargar"
	EventResume  = "reanudar"
	EventAuth    = "auth"
	EventAuthOK  = "auth:ok"
	EventPing    = "ping"
	EventPong    = "pong"
	EventProblem = "error"
	// EventPanic is a call for help. Its answer has the same name and OK behind it.
	EventPanic = "alerta:panico"
	OK         = ":ok"
)

// Codes of error frames. Codes about tokens are those of pkg/auth.
const (
	UnknownEvent = "unknown_event"
	BadData      = "data_invalid"
	LateResume   = "resume_late"
	Busy         = "overloaded"
	Unreachable  = "service_unreachable"
)

// Event is an event before a codec writes it: a name, and data that is already JSON. All sockets that get an event share
// it and its bytes, so nobody may change it.
type Event struct {
	Name string
	Data []byte
}

// Size returns how many bytes an event takes in memory.
func (e *Event) Size() int { return len(e.Name) + len(e.Data) }

// Ready is the data of `listo`.
type Ready struct {
	// Cursor is where the socket begins if the client does not resume.
	Cursor           string    `json:"cursor"`
	User             string    `json:"user"`
	Company          string    `json:"id_empresa"`
	Expires          time.Time `json:"expira"`
	HeartbeatSeconds int       `json:"latido_s"`
}

// Reload is the data of `recargar`. The client may lack events of these domains, and must read them again over HTTP.
type Reload struct {
	Domains []string `json:"dominios"`
}

// AuthOK is the data of `auth:ok`.
type AuthOK struct {
	Expires time.Time `json:"expira"`
}

// Problem is the data of `error`. Ref is the id of the client's frame that caused it. Errors are those of a service's refusal over HTTP: what
// is wrong with each part of the body.
type Problem struct {
	Code   string          `json:"code"`
	Detail string          `json:"detail"`
	Errors json.RawMessage `json:"errors,omitempty"`
	Ref    string          `json:"ref,omitempty"`
}

// Answer is the data of an answer to a frame that another service served: the status and the body of its answer. Ref is the id of the
// client's frame.
type Answer struct {
	Ref    string          `json:"ref,omitempty"`
	Status int             `json:"status"`
	Data   json.RawMessage `json:"data"`
}

// Encode makes an event from one of this package's data types; nil becomes null. It panics on a type that JSON cannot
// encode; this package has no such type.
func Encode(name string, data any) *Event {
	b, err := json.Marshal(data)
	if err != nil {
		panic(fmt.Sprintf("encode %s: %v", name, err))
	}
	return &Event{Name: name, Data: b}
}

// Codec appends an event to dst as complete WebSocket frames. An empty id is left out. A codec does no more than copy the
// event's bytes between constant text, so that nothing is encoded twice and nothing but the event is kept.
type Codec func(dst []byte, e *Event, id string) []byte

const (
	eventOpen = `{"event":"`
	dataOpen  = `","data":`
	idOpen    = `,"id":"`
	idClose   = `"}`
	null      = "null"
	// The server does not mask frames. The header is one byte, and then the length in 1, 3 or 9 bytes.
	textFrame  = 0x80 | 0x1
	pingFrame  = 0x80 | 0x9
	maxInline  = 125
	extended16 = 126
	extended64 = 127
)

// Native is the codec for `{"event": "...", "data": ..., "id": "..."}`.
func Native(dst []byte, e *Event, id string) []byte {
	data := len(e.Data)
	if data == 0 {
		data = len(null)
	}
	n := len(eventOpen) + len(e.Name) + len(dataOpen) + data + 1
	if id != "" {
		n += len(idOpen) + len(id) + len(idClose) - 1
	}
	dst = appendHeader(dst, n)
	dst = append(dst, eventOpen...)
	dst = append(dst, e.Name...)
	dst = append(dst, dataOpen...)
	if len(e.Data) == 0 {
		dst = append(dst, null...)
	} else {
		dst = append(dst, e.Data...)
	}
	if id == "" {
		return append(dst, '}')
	}
	dst = append(dst, idOpen...)
	dst = append(dst, id...)
	return append(dst, idClose...)
}

// appendHeader appends the header of a text frame of n bytes.
func appendHeader(dst []byte, n int) []byte {
	dst = append(dst, textFrame)
	switch {
	case n <= maxInline:
		return append(dst, byte(n))
	case n <= 0xFFFF:
		return binary.BigEndian.AppendUint16(append(dst, extended16), uint16(n))
	default:
		return binary.BigEndian.AppendUint64(append(dst, extended64), uint64(n))
	}
}

// AppendPing appends an empty WebSocket ping.
func AppendPing(dst []byte) []byte { return append(dst, pingFrame, 0) }
