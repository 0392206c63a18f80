// Command inactivity runs the service of that name as a process. Its settings are TERRENO_* variables: `inactivity
// -print-config` lists them.
package main

import (
	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/services/inactivity"
)

func main() { app.Main("inactivity", inactivity.New) }
