// Command geofence runs the service geofence alone.
package main

import (
	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/services/geofence"
)

func main() { app.Main("geofence", geofence.New) }
