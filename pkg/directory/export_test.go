package directory

import "context"

// Look reads at once what a directory reads every minute.
func Look(ctx context.Context, d *Directory) error { return d.look(ctx) }
