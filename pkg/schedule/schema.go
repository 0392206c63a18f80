package schedule

import (
	"embed"

	"github.com/terreno/terreno/pkg/db"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Schema is the tables of all services' jobs. It belongs to no service that runs: whoever provisions lists it once.
var Schema = db.Schema{Name: "platform", Service: "platform", Migrations: migrations}
