package place_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/text"
	"github.com/terreno/terreno/services/activity/internal/place"
)

func TestWhatAPlaceMayBe(t *testing.T) {
	t.Parallel()
	good := place.Draft{Name: "Panadería", Lat: 4.65, Lon: -74.08}
	for field, wrong := range map[string]func(d *place.Draft){
		"name":        func(d *place.Draft) { d.Name = " \u200b " },
		"external_id": func(d *place.Draft) { d.ExternalID = strings.Repeat("x", 65) },
		"address":     func(d *place.Draft) { d.Address = "Calle 1\nCalle 2" },
		"contact":     func(d *place.Draft) { d.Contact = strings.Repeat("x", 301) },
		"notes":       func(d *place.Draft) { d.Notes = "a\x00b" },
		"radius_m":    func(d *place.Draft) { d.RadiusM = 5001 },
		"lat":         func(d *place.Draft) { d.Lat = math.NaN() },
		"lon":         func(d *place.Draft) { d.Lon = -180.1 },
	} {
		d := good
		wrong(&d)
		_, err := d.Clean()
		if f, ok := errors.AsType[*place.FaultError](err); !ok || f.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := (place.Draft{Name: "x"}).Clean(); err == nil {
		t.Error("a place at 0, 0 was taken")
	}
	for _, notes := range []string{"\xff", "a\u0085b", strings.Repeat("ñ", 2001)} {
		if got, err := text.Prose(notes, 2000); err == nil {
			t.Errorf("%q was taken as %q", notes, got)
		}
	}
	got, err := place.Draft{Name: "  Jose\u0301 ", Notes: " uno\r\ndos\rtres ", Lat: 0, Lon: -74}.Clean()
	if err != nil || got.Name != "José" || got.Notes != "uno\ndos\ntres" || got.RadiusM != place.DefaultRadiusM {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestSearchesIgnoreAccentsAndCapitals(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"JOSÉ Núñez": "jose nunez", "Straße": "strasse", "pingüino": "pinguino", "ＡＢＣ": "abc", "Łódź": "łodz", "": "",
	} {
		if got := text.Key(typed); got != want || text.Key(got) != got {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
	for typed, want := range map[string][]string{
		" La  Ñapa ": {"%la%", "%napa%"}, `100%_\`: {`%100\%\_\\%`}, "": {}, "1 2 3 4 5 6 7 8 9": {"%1%", "%2%", "%3%", "%4%", "%5%", "%6%", "%7%", "%8%"},
	} {
		if got := place.Words(typed); !slices.Equal(got, want) {
			t.Errorf("%q: %q", typed, got)
		}
	}
}
