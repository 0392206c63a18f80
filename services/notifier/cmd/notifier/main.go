// Command notifier runs the service of that name as a process. Its settings are TERRENO_* variables: `notifier
// -print-config` lists them.
package main

import (
	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/services/notifier"
)

func main() { app.Main("notifier", notifier.New) }
