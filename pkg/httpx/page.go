package httpx

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/terreno/terreno/pkg/strictjson"
)

const maxCursor = 1 << 10

// Page is the input of every list. Embed it in an operation's input.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"how many at most"`
	Cursor string `query:"cursor" maxLength:"1024" doc:"next of the page before; opaque"`
}

// Cut takes rows that the caller read with one more than the limit. When the extra row is there, Cut drops it and returns
// the cursor of the next page. At the end of the list the cursor is empty.
func Cut[T, P any](rows []T, limit int, place func(last T) P) (page []T, next string) {
	if len(rows) <= limit {
		return rows, ""
	}
	return rows[:limit], EncodeCursor(place(rows[limit-1]))
}

// EncodeCursor encodes the place where the next page begins as an opaque string. The place holds the fields that order the
// list. It is a struct of ours, and EncodeCursor panics when JSON cannot hold it.
func EncodeCursor(place any) string {
	b, err := json.Marshal(place)
	if err != nil {
		panic(fmt.Sprintf("encode cursor: %v", err))
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// DecodeCursor reads what EncodeCursor made of a T. An empty cursor gives the zero T. Anything else that is not a cursor is
// 400 cursor_invalid. A client can write anything into a cursor, so a cursor says only where to go on reading, never what
// the client may read.
func DecodeCursor[T any](cursor string) (place T, err error) {
	if cursor == "" {
		return place, nil
	}
	if err := decodeCursor(cursor, &place); err != nil {
		var zero T
		return zero, Problem(http.StatusBadRequest, "cursor_invalid", "The cursor is not one that this list gave. Begin without it.",
			Field("query.cursor", "not a cursor of this list"), Cause(err))
	}
	return place, nil
}

func decodeCursor(cursor string, place any) error {
	if len(cursor) > maxCursor {
		return errors.New("too long")
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil {
		return err
	}
	var fault error
	_, err = strictjson.Walk(raw, strictjson.Free(), func(f strictjson.Finding) { fault = errors.New(f.Code) })
	if err = errors.Join(err, fault); err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(place); err != nil {
		return err
	}
	return inUTC(reflect.ValueOf(place).Elem())
}

// inUTC writes the instants of a place in UTC: PostgreSQL takes no offset of 16 hours or more, and JSON no year of five digits.
func inUTC(v reflect.Value) error {
	if at, ok := reflect.TypeAssert[time.Time](v); ok {
		if at = at.UTC(); at.Year() < 0 || at.Year() > 9999 {
			return errors.New("an instant beyond all years")
		}
		v.Set(reflect.ValueOf(at))
		return nil
	}
	switch {
	case v.Kind() == reflect.Pointer && !v.IsNil():
		return inUTC(v.Elem())
	case v.Kind() == reflect.Struct:
		for _, field := range v.Fields() {
			if field.CanSet() {
				if err := inUTC(field); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
