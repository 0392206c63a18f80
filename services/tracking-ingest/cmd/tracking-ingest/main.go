// Command tracking-ingest runs the service tracking-ingest as a process. Its settings are TERRENO_* variables.
// `tracking-ingest -print-config` lists them.
package main

import (
	"github.com/terreno/terreno/pkg/app"
	trackingingest "github.com/terreno/terreno/services/tracking-ingest"
)

func main() { app.Main("tracking-ingest", trackingingest.New) }
