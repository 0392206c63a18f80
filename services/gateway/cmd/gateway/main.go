// Command gateway runs the service of that name as a process. Its settings are TERRENO_* variables:
// `gateway -print-config` lists them.
package main

import (
	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/services/gateway"
)

func main() { app.Main("gateway", gateway.New) }
