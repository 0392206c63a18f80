package schedule

import (
	"embed"

	"github.com/terreno/terreno/pkg/db"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Schema creates the tables of all services' jobs. It belongs to no service, so a program that provisions the database
// lists it once.
var Schema = db.Schema{Name: "platform", Service: "platform", Migrations: migrations}
