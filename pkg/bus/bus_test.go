package bus_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/natstest"
)

func TestMain(m *testing.M) {
	natstest.Main()
	bustest.Main(bustest.IngestService, map[string]bustest.ChildFunc{"dying writer": dyingWriter, "slow writer": slowWriter})
	goleak.VerifyTestMain(m)
}
