package people

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/terreno/terreno/pkg/text"
)

// zonesText lists the names in the time zone database that Go carries (lib/time/zoneinfo.zip). It leaves out Factory, which
// is no place's time. time.LoadLocation alone would also accept other files that a machine has (localtime, posixrules,
// right/...) and other machines lack. On some machines it would accept any spelling.
//
//go:embed zones.txt
var zonesText string

var zones = strings.Fields(zonesText)

// checkZone refuses a time zone unless the embedded database has it, spelt the same way.
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
