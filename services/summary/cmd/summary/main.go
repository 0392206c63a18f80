// Command summary runs the service of that name as a process. Its settings are TERRENO_* variables: `summary
// -print-config` lists them.
package main

import (
	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/services/summary"
)

func main() { app.Main("summary", summary.New) }
