// Command terreno runs any set of Terreno's services in one process. It also has the commands for operators.
package main

import (
	"os"
	_ "time/tzdata" // Some machines have no time zone database, and each company has a time zone.

	"github.com/terreno/terreno/services/terreno/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}
