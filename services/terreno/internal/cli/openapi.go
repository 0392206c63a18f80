package cli

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/terreno/terreno/services/terreno/internal/up"
)

// runOpenAPI prints the description of the interface. It needs no server, so that tools can make clients from it.
func runOpenAPI(_ context.Context, t Terminal, args []string) error {
	if len(args) > 0 {
		_, _ = fmt.Fprintf(t.Err, "terreno openapi: unexpected arguments %q\n", args)
		return usage(t)
	}
	doc, err := up.Describe()
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return fmt.Errorf("write the description: %w", err)
	}
	_, err = fmt.Fprintf(t.Out, "%s\n", text)
	return err
}
