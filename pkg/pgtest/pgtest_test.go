package pgtest_test

import (
	"os"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/jmoiron/sqlx"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

var diary = db.Schema{Name: "diary", Service: "pgtest-diary", Migrations: fstest.MapFS{"0001_page.sql": {Data: []byte(`
CREATE TABLE page (id_empresa text NOT NULL, text text);
{{protect "page"}}
GRANT SELECT, INSERT ON page TO {{service}};`)}}}

func pages(t *testing.T, d *pgtest.Database) (n int) {
	t.Helper()
	if err := d.Admin(t).Get(&n, `SELECT count(*) FROM diary.page`); err != nil {
		t.Fatal(err)
	}
	return n
}

func write(t *testing.T, d *pgtest.Database) {
	t.Helper()
	err := d.DB(t, diary.Service).InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(t.Context(), `INSERT INTO diary.page VALUES ('acme', 'dear')`)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// Six callers at once share one template, and none of them sees the rows of another.
func TestEachTestHasItsOwnDatabase(t *testing.T) {
	t.Parallel()
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			d := pgtest.New(t, diary)
			write(t, d)
			if n := pages(t, d); n != 1 {
				t.Errorf("%d rows", n)
			}
		})
	}
	wg.Wait()
}

func TestDatabaseIsDroppedAfterItsTest(t *testing.T) {
	t.Parallel()
	var name string
	t.Run("inner", func(t *testing.T) {
		d := pgtest.New(t, diary)
		name = d.Name
		write(t, d)
	})
	var left int
	if err := pgtest.New(t).Admin(t).Get(&left, `SELECT count(*) FROM pg_database WHERE datname = $1`, name); err != nil || left != 0 {
		t.Errorf("%d databases left, %v", left, err)
	}
}

func TestServerOfItsOwn(t *testing.T) {
	t.Parallel()
	var dir string
	t.Run("inner", func(t *testing.T) {
		s := pgtest.NewServer(t)
		dir = s.Dir
		d := pgtest.On(t, s, diary)
		write(t, d)
		if err := s.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := pages(t, d); n != 1 {
			t.Errorf("%d rows after a restart", n)
		}
	})
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("%s was not removed: %v", dir, err)
	}
}

func TestServerThatStaysDown(t *testing.T) {
	t.Parallel()
	s := pgtest.NewServer(t)
	pgtest.On(t, s, diary)
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}
