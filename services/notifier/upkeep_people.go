package notifier

import (
	"context"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/services/notifier/internal/devices"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

const (
	// toldRetention is how long people and the log keep what was told.
	toldRetention = 90 * day
	// knownRetention is how long it is known what a visit was like: longer than any message about it can come.
	knownRetention = 40 * day
	// A push that still waits overdue after it stopped being useful was lost on its way. The upkeep looks for such pushes every overdueEvery.
	overdue, overdueEvery = time.Minute, 5 * time.Minute
)

// peopleTasks remove what is over of what people were told, by domain time, and of their devices, by wall time. They tell people what they
// are owed, whenever the upkeep looks.
func peopleTasks(deps app.Deps, data *store.Store, phones *devices.Devices) []app.Task {
	before := func(age time.Duration) time.Time { return deps.Clock.Now().Add(-age) }
	return []app.Task{
		{Name: "old notifications", Every: tidyEvery, Do: until(func(ctx context.Context) (int64, error) {
			return data.PruneNotifications(ctx, before(toldRetention), pruneAtOnce)
		})},
		{Name: "what was known of visits", Every: tidyEvery, Do: until(func(ctx context.Context) (int64, error) {
			return data.PruneVisits(ctx, before(knownRetention), pruneAtOnce)
		})},
		{Name: "lost pushes", Every: overdueEvery, Do: until(func(ctx context.Context) (int64, error) {
			return data.ExpirePushes(ctx, deps.Clock.Now(), before(overdue), pruneAtOnce)
		})},
		{Name: "old devices", Every: tidyEvery, Do: until(func(ctx context.Context) (int64, error) {
			return data.DropOldTokens(ctx, pruneAtOnce)
		})},
		{Name: "what changed of visits too soon", Every: time.Second, Do: func(ctx context.Context) error {
			return data.TellOwed(ctx, deps.Clock.Now())
		}},
		{Name: "devices of who signed out", Every: tidyEvery, Do: phones.Sweep},
	}
}

// until removes a batch after the other until little is left.
func until(some func(ctx context.Context) (int64, error)) func(context.Context) error {
	return func(ctx context.Context) error {
		for {
			if n, err := some(ctx); err != nil || n < pruneAtOnce {
				return err
			}
		}
	}
}
