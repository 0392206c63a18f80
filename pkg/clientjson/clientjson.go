// Package clientjson writes the JSON that clients read. The same data reaches a client in two ways: an event of a stream
// is written from a protobuf message, and an entry of a list is written from a database row. Both must give the same
// JSON.
package clientjson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// Marshal writes a message on one line, with the field names of the .proto file. It writes fields that are zero, because
// a latitude of 0 is a valid value. It leaves out optional fields and fields that hold a message when they are not set.
func Marshal(m proto.Message) ([]byte, error) {
	raw, err := protojson.MarshalOptions{UseProtoNames: true, EmitDefaultValues: true}.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode for clients: %w", err)
	}
	// protojson varies its white space on purpose, so that nobody relies on it.
	var line bytes.Buffer
	if err := json.Compact(&line, raw); err != nil {
		return nil, fmt.Errorf("compact for clients: %w", err)
	}
	return line.Bytes(), nil
}

// Instant is a time in milliseconds since 1970. Its JSON is the same that Marshal writes for a Timestamp: RFC 3339
// without a fraction, or with three digits.
type Instant int64

// At returns the Instant of a time.
func At(t time.Time) Instant { return Instant(t.UnixMilli()) }

// Maybe returns the Instant of a time, or nil for nil.
func Maybe(t *time.Time) *Instant {
	if t == nil {
		return nil
	}
	i := At(*t)
	return &i
}

// Time returns the instant as a time in UTC.
func (i Instant) Time() time.Time { return time.UnixMilli(int64(i)).UTC() }

// Scan reads a database column of milliseconds. The column must not be null.
func (i *Instant) Scan(column any) error {
	at, ok := column.(time.Time)
	if !ok {
		return fmt.Errorf("read an instant: the column holds %T", column)
	}
	*i = At(at)
	return nil
}

// MarshalJSON writes the instant as RFC 3339.
func (i Instant) MarshalJSON() ([]byte, error) {
	return i.appendJSON(nil), nil
}

// UnmarshalJSON reads what MarshalJSON wrote. It is needed because the answer to an Idempotency-Key is stored as JSON and
// read back.
func (i *Instant) UnmarshalJSON(b []byte) error {
	var at time.Time
	if err := json.Unmarshal(b, &at); err != nil {
		return fmt.Errorf("decode an instant: %w", err)
	}
	*i = At(at)
	return nil
}

// Schema describes the type in the OpenAPI document.
func (Instant) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time"}
}
