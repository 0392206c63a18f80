package directory

import "context"

// Look asks at once what a directory asks every minute.
func Look(ctx context.Context, d *Directory) error { return d.look(ctx) }
