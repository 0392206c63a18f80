package apptest_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
)

func TestRunUntilStopAndOnlyWhatIsNamed(t *testing.T) {
	t.Parallel()
	var ran, ended [2]atomic.Bool
	runner := func(i int, name string) app.Runner {
		return app.Runner{Name: name, Run: func(ctx context.Context) error {
			ran[i].Store(true)
			<-ctx.Done()
			ended[i].Store(true)
			return nil
		}}
	}
	s := &app.Service{Name: "s", Runners: []app.Runner{runner(0, "a"), runner(1, "b")}}
	stop := apptest.Run(t, apptest.Only(s, "b"))
	apptest.Until(t, func() bool { return ran[1].Load() })
	stop()
	stop()
	if ran[0].Load() || !ended[1].Load() {
		t.Errorf("ran %v, ended %v", ran[0].Load(), ended[1].Load())
	}
	if n := len(apptest.Only(s).Runners); n != 2 {
		t.Errorf("%d runners when none is named", n)
	}
}
