package upload

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/terreno/terreno/pkg/instant"
)

// The fields of a posted position decode themselves and never return an error. So one bad value does not end the
// decoding of the position or of the list. Each field keeps what was wrong, and check and fix judge it later.
type state uint8

const (
	absent state = iota
	present
	asText    // a number in quotes
	notFinite // "NaN", "Infinity"
	invalid   // right type, unreadable
	wrongType
)

type number struct {
	state state
	value float64
}

func (n *number) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case 'n':
		*n = number{}
	case '"':
		*n = readNumber(b[1 : len(b)-1])
	case '{', '[', 't', 'f':
		*n = number{state: wrongType}
	default:
		// The syntax is already checked. ParseFloat can now fail only on the range, and then it returns an infinite
		// value.
		v, _ := strconv.ParseFloat(string(b), 64)
		*n = number{state: present, value: v}
	}
	return nil
}

// readNumber reads a number from the inside of a JSON string, because some phones send numbers in quotes.
func readNumber(inside []byte) number {
	inside = bytes.Trim(inside, " ")
	if len(inside) == 0 || len(inside) > maxNumberText {
		return number{state: wrongType}
	}
	s := string(inside)
	switch {
	case isNotFinite(s):
		return number{state: notFinite}
	case strings.Trim(s, "0123456789+-.eE") != "": // else ParseFloat reads more than decimal numbers
		return number{state: wrongType}
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return number{state: wrongType}
	}
	return number{state: asText, value: v}
}

const maxNumberText = 32

type flag struct {
	state state
	value bool
}

func (f *flag) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case 'n':
		*f = flag{}
	case 't', 'f':
		*f = flag{state: present, value: b[0] == 't'}
	case '{', '[':
		*f = flag{state: wrongType}
	case '"':
		*f = readFlag(string(bytes.Trim(b[1:len(b)-1], " ")))
	default:
		*f = readFlag(string(b))
	}
	return nil
}

// readFlag reads the numbers and words that mean yes and no.
func readFlag(s string) flag {
	switch strings.ToLower(s) {
	case "true", "yes":
		return flag{state: present, value: true}
	case "false", "no":
		return flag{state: present}
	}
	switch v, err := strconv.ParseFloat(s, 64); {
	case err == nil && v == 0:
		return flag{state: present}
	case err == nil && v == 1:
		return flag{state: present, value: true}
	default:
		return flag{state: invalid}
	}
}

type text struct {
	state state
	value string
}

func (t *text) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case 'n':
		*t = text{}
	case '"':
		*t = text{state: present}
		if isPlain(b[1 : len(b)-1]) {
			t.value = string(b[1 : len(b)-1])
		} else if json.Unmarshal(b, &t.value) != nil {
			t.state = invalid
		}
	default:
		*t = text{state: wrongType}
	}
	return nil
}

// isPlain says whether the inside of a JSON string needs no unescaping.
func isPlain(b []byte) bool {
	for _, c := range b {
		if c == '\\' || c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

type moment struct {
	state state
	value time.Time
	wrong string // why it is invalid
}

func (i *moment) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case 'n':
		*i = moment{}
	case '"':
		*i = readInstant(b)
	default:
		*i = moment{state: wrongType}
	}
	return nil
}

func readInstant(quoted []byte) moment {
	s := string(quoted[1 : len(quoted)-1])
	var unquoted string
	if !isPlain(quoted[1:len(quoted)-1]) && json.Unmarshal(quoted, &unquoted) == nil {
		s = unquoted
	}
	at, wrong := instant.Parse(s)
	if wrong != "" {
		return moment{state: invalid, wrong: wrong}
	}
	return moment{state: present, value: at}
}
