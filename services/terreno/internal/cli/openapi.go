package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/terreno/terreno/services/terreno/internal/up"
)

// runOpenAPI prints the description of the interface. It needs no server, so that tools can make clients from it.
func runOpenAPI(_ context.Context, t Terminal, args []string) error {
	if len(args) > 0 {
		return errUsage
	}
	doc, err := up.Describe()
	if err != nil {
		return err
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return fmt.Errorf("write the description: %w", err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		return fmt.Errorf("write the description: %w", err)
	}
	_, err = fmt.Fprintln(t.Out, b.String())
	return err
}
