// Command terreno runs any set of Terreno's services in one process and holds the tools of whoever operates it.
package main

import (
	"os"
	_ "time/tzdata" // companies' zones must be known on machines without a zone database

	"github.com/terreno/terreno/services/terreno/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}
