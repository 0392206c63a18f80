package cluster_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/natstest"
)

func TestMain(m *testing.M) {
	natstest.Main()
	goleak.VerifyTestMain(m)
}
