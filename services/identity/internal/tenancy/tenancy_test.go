package tenancy_test

import (
	"errors"
	"testing"

	"github.com/jmoiron/sqlx"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/identity"
	"github.com/terreno/terreno/services/identity/internal/tenancy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

func TestWhoseTransactionItIs(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t, identity.Schema).DB(t, "identity")
	for company, want := range map[string]string{
		"acme":          db.Role("identity") + " acme",
		change.Platform: db.WorkerRole("identity") + " ",
	} {
		var got string
		err := tenancy.In(t.Context(), d, company, func(tx *sqlx.Tx) error {
			return tx.Get(&got, `SELECT current_user || ' ' || coalesce(current_setting('terreno.tenant', true), '')`)
		})
		if err != nil || got != want {
			t.Errorf("in %q we are %q (%v), want %q", company, got, err, want)
		}
	}
	for _, company := range []string{"dlq", "a.b", "*"} {
		err := tenancy.In(t.Context(), d, company, func(*sqlx.Tx) error { return errors.New("it ran") })
		if !errors.Is(err, subject.ErrToken) && !errors.Is(err, subject.ErrReserved) {
			t.Errorf("in %q: %v", company, err)
		}
	}
}
