// Package clientjson writes what clients read. One thing reaches them in two ways: from a stream, written from a message,
// and from a list, written from a row. Both must read the same.
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

// Marshal writes a message on one line, with the names of the .proto file. Zero is written out, since a latitude of 0 is a
// place; what is optional or a message and not set is left out.
func Marshal(m proto.Message) ([]byte, error) {
	raw, err := protojson.MarshalOptions{UseProtoNames: true, EmitDefaultValues: true}.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode for clients: %w", err)
	}
	// protojson varies its spaces on purpose.
	var line bytes.Buffer
	if err := json.Compact(&line, raw); err != nil {
		return nil, fmt.Errorf("compact for clients: %w", err)
	}
	return line.Bytes(), nil
}

// Instant is milliseconds since 1970, written as Marshal writes a Timestamp: RFC 3339 without a fraction, or with three digits.
type Instant int64

// At is an instant that is there.
func At(t time.Time) Instant { return Instant(t.UnixMilli()) }

// Maybe is nil for a time that is not there.
func Maybe(t *time.Time) *Instant {
	if t == nil {
		return nil
	}
	i := At(*t)
	return &i
}

// Time is the instant in UTC.
func (i Instant) Time() time.Time { return time.UnixMilli(int64(i)).UTC() }

// Scan reads a column of instants that are never null.
func (i *Instant) Scan(column any) error {
	at, ok := column.(time.Time)
	if !ok {
		return fmt.Errorf("read an instant: the column holds %T", column)
	}
	*i = At(at)
	return nil
}

// MarshalJSON writes RFC 3339.
func (i Instant) MarshalJSON() ([]byte, error) {
	layout := `"2006-01-02T15:04:05Z"`
	if i%1000 != 0 {
		layout = `"2006-01-02T15:04:05.000Z"`
	}
	return i.Time().AppendFormat(nil, layout), nil
}

// UnmarshalJSON reads what MarshalJSON wrote: an answer that is given again was kept as JSON.
func (i *Instant) UnmarshalJSON(b []byte) error {
	var at time.Time
	if err := json.Unmarshal(b, &at); err != nil {
		return fmt.Errorf("decode an instant: %w", err)
	}
	*i = At(at)
	return nil
}

// Schema describes it to clients.
func (Instant) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time"}
}
