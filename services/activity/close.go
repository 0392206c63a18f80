package activity

import (
	"context"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/services/activity/internal/store"
)

// closeJob closes what is due.
func closeJob(data *store.Store, deps app.Deps) schedule.Job {
	return schedule.Job{
		Name: "cerrado-forzoso", About: "closes the visits and shifts of a day that nobody ended", Every: time.Minute,
		Do: func(ctx context.Context, r schedule.Run) error { return nil },
	}
}
