package ordered_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/natstest"
)

func TestMain(m *testing.M) {
	natstest.Main()
	bustest.Main(bustest.Geofence, map[string]bustest.ChildFunc{"dying evaluator": dyingEvaluator})
	goleak.VerifyTestMain(m)
}
