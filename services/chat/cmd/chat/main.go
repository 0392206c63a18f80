// Command chat runs the service of that name as a process. Its settings are TERRENO_* variables: `chat -print-config` lists
// them.
package main

import (
	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/services/chat"
)

func main() { app.Main("chat", chat.New) }
