package activity

import (
	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/services/activity/internal/store"
)

func newUpkeep(deps app.Deps, data *store.Store, _ interface{}) *app.Upkeep {
	return app.NewUpkeep(deps.Log, nil, app.PruneKeys(deps.DB, Schema.Name), app.PruneChanges(deps.DB, Schema.Name))
}
