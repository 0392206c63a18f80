package cursor_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/services/gateway/internal/cursor"
)

func TestParseReadsWhatStringWrote(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		c := make(cursor.Cursor, 1+r.IntN(8))
		for i := range c {
			c[i] = cursor.Point{Epoch: r.Uint32(), Seq: r.Uint64() >> r.IntN(64), Mark: r.Uint32()}
		}
		got, err := cursor.Parse(c.String(), len(c))
		if err != nil || !slices.Equal(got, c) {
			t.Fatalf("Parse(%q) = %v, %v; want %v", c, got, err, c)
		}
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	c := cursor.Cursor{{Epoch: 1, Seq: 300, Mark: 9}, {Epoch: math.MaxUint32}, {Epoch: 7, Seq: math.MaxUint64, Mark: math.MaxUint32}}
	const want = "AgEAAACsAgkAAAD_____AAAAAAAHAAAA____________Af____8"
	if got := c.String(); got != want {
		t.Errorf("String() = %q, want %q: clients keep cursors over a deploy", got, want)
	}
}

func TestACursorOfTheVersionBeforeIsRead(t *testing.T) {
	t.Parallel()
	want := cursor.Cursor{{Epoch: 1, Seq: 300}, {Epoch: math.MaxUint32, Seq: 0}, {Epoch: 7, Seq: math.MaxUint64}}
	got, err := cursor.Parse("AQEAAACsAv____8ABwAAAP___________wE", 3)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("Parse = %v, %v; want %v", got, err, want)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	good := cursor.Cursor{{Epoch: 1, Seq: 1}, {Epoch: 2, Seq: 2}}.String()
	for name, text := range map[string]string{
		"nothing":         "",
		"not base64":      "!!!!",
		"padded":          good + "==",
		"cut":             good[:len(good)-2],
		"longer":          good + "AAAA",
		"another version": "Aw" + good[2:],
		"mark is cut":     good[:len(good)-6],
		"huge":            strings.Repeat("A", 1<<20),
		"spaces":          " " + good,
		"three streams":   cursor.Cursor{{}, {}, {}}.String(),
		"one stream":      cursor.Cursor{{}}.String(),
		// 01 as two bytes: a second spelling of the same cursor.
		"long varint": "AQEAAACBAAIAAAAC",
		"no marks":    "AgEAAAABAgAAAAI",
	} {
		if c, err := cursor.Parse(text, 2); !errors.Is(err, cursor.ErrInvalid) {
			t.Errorf("%s: Parse = %v, %v; want ErrInvalid", name, c, err)
		}
	}
}

func TestEpochTellsInstantsApart(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 10, 0, 0, 1, time.UTC)
	if cursor.Epoch(at) != cursor.Epoch(at.In(time.FixedZone("x", 3600))) {
		t.Error("the zone changes the epoch")
	}
	if cursor.Epoch(at) == cursor.Epoch(at.Add(time.Nanosecond)) || cursor.Mark(at) == cursor.Mark(at.Add(time.Nanosecond)) {
		t.Error("two instants have one epoch or one mark")
	}
	if cursor.Mark(at) == 0 || cursor.Mark(time.Time{}) != 0 {
		t.Error("the mark of an instant is not known, or that of no instant is")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(cursor.Cursor{{Epoch: 1, Seq: 1}, {Epoch: 2, Seq: 2}, {Epoch: 3, Seq: 1 << 40}}.String())
	f.Add("")
	f.Add("AQEAAACBAAIAAAAC")
	f.Add("AQEAAACsAv____8ABwAAAP___________wE")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := cursor.Parse(text, 3)
		if err != nil {
			return
		}
		again, err := cursor.Parse(c.String(), 3)
		// A cursor of the version before begins with the byte 1.
		before := text[0] == 'A' && text[1] >= 'Q' && text[1] <= 'f'
		if len(c) != 3 || err != nil || !slices.Equal(again, c) || (c.String() == text) == before {
			t.Errorf("Parse(%q) = %v, which is written %q", text, c, c)
		}
	})
}
