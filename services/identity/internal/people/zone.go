package people

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/terreno/terreno/pkg/text"
)

// zonesText has the names of the time zone database that Go carries (lib/time/zoneinfo.zip), but for Factory, which is no
// place's time. time.LoadLocation alone would take whatever files a machine has beside them (localtime, posixrules,
// right/...), which other machines do not have, and on some machines any spelling.
//
//go:embed zones.txt
var zonesText string

var zones = strings.Fields(zonesText)

// checkZone refuses a time zone that is not in the embedded database, by that name.
func checkZone(name string) error {
	if slices.Contains(zones, name) {
		return nil
	}
	meant := strings.ReplaceAll(text.Fold(name), " ", "_")
	for _, zone := range zones {
		if text.Fold(zone) == meant {
			return invalid("zone", fmt.Sprintf("The zone must be written as the IANA time zone database writes it: %s.", zone))
		}
	}
	return invalid("zone", "The zone must be a name in the IANA time zone database, such as America/Bogota or America/Mexico_City.")
}
