// Command activity runs the service of that name as a process. Its settings are TERRENO_* variables: `activity
// -print-config` lists them.
package main

import (
	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/services/activity"
)

func main() { app.Main("activity", activity.New) }
