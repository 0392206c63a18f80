// Command identity runs the service identity alone.
package main

import (
	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/services/identity"
)

func main() { app.Main("identity", identity.New) }
