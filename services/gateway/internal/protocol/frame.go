package protocol

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"
)

// Events of the socket itself.
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
)

// Codes of error frames. A token's are those of pkg/auth.
const (
	UnknownEvent = "unknown_event"
	BadData      = "data_invalid"
	LateResume   = "resume_late"
)

// Open is a frame's text without its closing brace, so that an id can follow. It is shared: nobody changes it.
type Open []byte

// Ready is the data of `listo`.
type Ready struct {
	// Cursor is where the socket begins unless it resumes.
	Cursor           string    `json:"cursor"`
	User             string    `json:"user"`
	Company          string    `json:"id_empresa"`
	Expires          time.Time `json:"expira"`
	HeartbeatSeconds int       `json:"latido_s"`
}

// Reload is the data of `recargar`: what the client holds of these domains may lack something; read it again over HTTP.
type Reload struct {
	Domains []string `json:"dominios"`
}

// AuthOK is the data of `auth:ok`.
type AuthOK struct {
	Expires time.Time `json:"expira"`
}

// Problem is the data of `error`. Ref is the id of the client's frame that it answers.
type Problem struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Ref    string `json:"ref,omitempty"`
}

// Event makes a frame of data that is JSON already; empty data is null.
func Event(name string, data []byte) Open {
	if len(data) == 0 {
		data = []byte("null")
	}
	b := make([]byte, 0, len(`{"event":"","data":`)+len(name)+len(data))
	b = append(b, `{"event":"`...)
	b = append(b, name...)
	b = append(b, `","data":`...)
	return append(b, data...)
}

// Encode makes a frame of one of this package's data types. It panics on a type that JSON cannot hold: none here.
func Encode(name string, data any) Open {
	b, err := json.Marshal(data)
	if err != nil {
		panic(fmt.Sprintf("encode %s: %v", name, err))
	}
	return Event(name, b)
}

const (
	idOpen  = `,"id":"`
	idClose = `"}`
	// Server frames are not masked: first byte, length in 1, 3 or 9 bytes.
	textFrame  = 0x80 | 0x1
	pingFrame  = 0x80 | 0x9
	maxInline  = 125
	extended16 = 126
	extended64 = 127
)

// AppendFrame writes the complete WebSocket frame. An empty id is left out.
func AppendFrame(dst []byte, text Open, id string) []byte {
	n := len(text) + 1
	if id != "" {
		n = len(text) + len(idOpen) + len(id) + len(idClose)
	}
	dst = append(dst, textFrame)
	switch {
	case n <= maxInline:
		dst = append(dst, byte(n))
	case n <= 0xFFFF:
		dst = binary.BigEndian.AppendUint16(append(dst, extended16), uint16(n))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, extended64), uint64(n))
	}
	dst = append(dst, text...)
	if id == "" {
		return append(dst, '}')
	}
	dst = append(dst, idOpen...)
	dst = append(dst, id...)
	return append(dst, idClose...)
}

// AppendPing writes an empty WebSocket ping.
func AppendPing(dst []byte) []byte { return append(dst, pingFrame, 0) }
