package place

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/terreno/terreno/pkg/sheet"
)

// Columns are the columns of a file of places.
var Columns = sheet.Columns{
	"id":          {"identificador"},
	"external_id": {"código", "code", "clave", "codigo cliente", "código de cliente", "customer code"},
	"name":        {"nombre", "cliente", "lugar", "place", "customer"},
	"address":     {"dirección", "domicilio"},
	"contact":     {"contacto"},
	"notes":       {"notas", "observaciones"},
	"lat":         {"latitud", "latitude"},
	"lon":         {"longitud", "longitude", "lng"},
	"radius_m":    {"radio", "radius", "radio m"},
	"archived":    {"archivado", "archivada"},
}

// ColumnNames are the columns in the order in which a file is written.
func ColumnNames() []string {
	return []string{"id", "external_id", "name", "address", "contact", "notes", "lat", "lon", "radius_m", "archived"}
}

// UTF8 returns a file as UTF-8. A file that is not is read as Windows-1252, which a Spanish Excel writes. legacy says so.
func UTF8(content []byte) (text []byte, legacy bool) {
	if utf8.Valid(content) {
		return content, false
	}
	decoded, err := charmap.Windows1252.NewDecoder().Bytes(content)
	if err != nil { // It has a character for every byte, so this does not happen.
		return content, false
	}
	return decoded, true
}

// Merge returns what a line of a file makes of a place: a column that the file lacks leaves the field as it is. The errors are
// *FaultError, named after columns.
func Merge(old Draft, cells map[string]string) (Draft, error) {
	d := old
	for name, field := range map[string]*string{"external_id": &d.ExternalID, "name": &d.Name, "address": &d.Address, "contact": &d.Contact, "notes": &d.Notes} {
		if cell, has := cells[name]; has {
			*field = sheet.Unguarded(cell)
		}
	}
	for name, field := range map[string]*float64{"lat": &d.Lat, "lon": &d.Lon, "radius_m": &d.RadiusM} {
		cell, has := cells[name]
		switch {
		case !has:
		case cell == "" && name == "radius_m":
			*field = DefaultRadiusM
		case cell == "":
			return d, &FaultError{name, "is missing"}
		default:
			n, err := Number(cell)
			if err != nil {
				return d, &FaultError{name, "must be a number, such as 4.65 or 4,65"}
			}
			*field = n
		}
	}
	if cell, has := cells["archived"]; has {
		switch sheet.Name(cell) {
		case sheet.Name("sí"), "yes", "true", "1", "verdadero":
			d.Archived = true
		case "", "no", "false", "0", "falso":
			d.Archived = false
		default:
			return d, &FaultError{"archived", "must be yes or no"}
		}
	}
	return d.Clean()
}

// Number reads a number with a decimal point or a decimal comma.
func Number(cell string) (float64, error) {
	if strings.ContainsAny(cell, "xX_") {
		return 0, errors.New("not decimal")
	}
	return strconv.ParseFloat(strings.Replace(cell, ",", ".", 1), 64)
}
