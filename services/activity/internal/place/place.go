// Package place says what a place is: where a customer is, with a radius. It is pure.
package place

import (
	"fmt"
	"math"
	"strings"

	"github.com/terreno/terreno/pkg/text"
)

// Limits of what a place holds. Lengths are in characters.
const (
	MaxName     = 200
	MaxAddress  = 300
	MaxContact  = 300
	MaxNotes    = 2000
	MaxExternal = 64
	MinRadiusM  = 5
	MaxRadiusM  = 5000
	// DefaultRadiusM is about the accuracy of a phone between houses.
	DefaultRadiusM = 100
	// MaxWords is how many words a search may have. The others are not looked at.
	MaxWords = 8
)

// Draft is a place as somebody writes it.
type Draft struct {
	ExternalID string  `db:"external_id" json:"external_id"`
	Name       string  `db:"name" json:"name"`
	Address    string  `db:"address" json:"address"`
	Contact    string  `db:"contact" json:"contact"`
	Notes      string  `db:"notes" json:"notes"`
	Lat        float64 `db:"lat" json:"lat"`
	Lon        float64 `db:"lon" json:"lon"`
	RadiusM    float64 `db:"radius_m" json:"radius_m"`
	Archived   bool    `db:"archived" json:"archived"`
}

// FaultError is what is wrong with a field of a draft.
type FaultError struct{ Field, Detail string }

func (f *FaultError) Error() string { return f.Field + " " + f.Detail }

// Clean returns the draft as it is stored, or a *FaultError.
func (d Draft) Clean() (Draft, error) {
	var err error
	if d.Name, err = text.Line(d.Name, MaxName); err != nil {
		return d, &FaultError{"name", err.Error()}
	}
	for _, f := range []struct {
		name  string
		value *string
		limit int
	}{{"external_id", &d.ExternalID, MaxExternal}, {"address", &d.Address, MaxAddress}, {"contact", &d.Contact, MaxContact}} {
		if *f.value = text.Clean(*f.value); *f.value == "" {
			continue
		}
		if *f.value, err = text.Line(*f.value, f.limit); err != nil {
			return d, &FaultError{f.name, err.Error()}
		}
	}
	if d.Notes, err = text.Prose(d.Notes, MaxNotes); err != nil {
		return d, &FaultError{"notes", err.Error()}
	}
	if d.RadiusM == 0 {
		d.RadiusM = DefaultRadiusM
	}
	if !(d.RadiusM >= MinRadiusM && d.RadiusM <= MaxRadiusM) {
		return d, &FaultError{"radius_m", fmt.Sprintf("must be %d to %d metres", MinRadiusM, MaxRadiusM)}
	}
	return d, CheckPoint(d.Lat, d.Lon)
}

// CheckPoint refuses coordinates that are none, and those that a device sends when it has none.
func CheckPoint(lat, lon float64) error {
	if !(math.Abs(lat) <= 90) {
		return &FaultError{"lat", "must be -90 to 90 degrees"}
	}
	if !(math.Abs(lon) <= 180) {
		return &FaultError{"lon", "must be -180 to 180 degrees"}
	}
	if lat == 0 && lon == 0 {
		return &FaultError{"lat", "and lon are 0, which a device sends when it does not know where it is: send the coordinates, or none"}
	}
	return nil
}

// Search is what a search of a place looks in.
func (d Draft) Search() string {
	return text.Key(strings.Join([]string{d.Name, d.Address, d.ExternalID, d.Contact}, " "))
}

// Words returns the patterns of LIKE that a place must match which is searched by what somebody typed.
func Words(typed string) []string {
	words := strings.Fields(text.Key(typed))
	if len(words) > MaxWords {
		words = words[:MaxWords]
	}
	patterns := []string{}
	for _, w := range words {
		patterns = append(patterns, "%"+strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(w)+"%")
	}
	return patterns
}
