package alert_test

import (
	"errors"
	"math"
	"testing"

	"github.com/terreno/terreno/services/notifier/internal/alert"
)

// The limits hold whatever the schema of a request lets through.
func TestSettingsHaveLimits(t *testing.T) {
	t.Parallel()
	for days, good := range map[int]bool{math.MinInt: false, 0: false, 6: false, 7: true, 3650: true, 3651: false, math.MaxInt: false} {
		if err := (alert.Settings{UnresolvedDays: days}).Check(); (err == nil) != good || !good && !errors.Is(err, alert.ErrSettings) {
			t.Errorf("%d days: %v", days, err)
		}
	}
}
