package cluster_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/gateway"
)

// asGateway makes this test binary a gateway, so that it can be killed.
const asGateway = "CHAT_TEST_AS_GATEWAY"

func init() {
	if os.Getenv(asGateway) != "" {
		app.Main("gateway", gateway.New)
		os.Exit(0)
	}
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }
