package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/terreno/terreno/services/fieldsim/internal/tokens"
	"github.com/terreno/terreno/services/notifier/fcmtest"
)

// Options say what to measure.
type Options struct {
	// Command starts terreno, as `terreno`; `up` is added. Environ is added to its environment.
	Command, Environ []string
	// Scenarios are names or patterns such as fanout-*. None means all.
	Scenarios []string
	// Scale shrinks or grows the work: 1 takes about ten seconds a scenario.
	Scale float64
	// Dir is the parent of the folders in which the installations keep their data. PostgreSQL's own user must be able to reach
	// it. Empty means the system's folder for temporary files.
	Dir string
}

// Names returns the scenarios, with a sentence about each.
func Names() (list [][2]string) {
	for _, s := range scenarios() {
		list = append(list, [2]string{s.name, s.about})
	}
	return list
}

// Run measures the scenarios one after the other and prints a line after each. One that fails does not keep
// the others from running; the results hold those that did not fail.
func Run(ctx context.Context, o Options, out io.Writer) (results []Result, err error) {
	chosen, err := choose(o.Scenarios)
	if err != nil {
		return nil, err
	}
	p := &printer{out: out}
	if p.earlier, err = readEarlier(earlierFile); err != nil {
		return nil, err
	}
	if len(o.Command) == 0 || o.Scale <= 0 {
		return nil, fmt.Errorf("measure the installation: command %q and scale %g make no sense", o.Command, o.Scale)
	}
	b := &bench{scale: o.Scale}
	if b.root, err = os.MkdirTemp(o.Dir, "terreno-load-"); err != nil {
		return nil, fmt.Errorf("make a folder for the installations: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.root)) }()
	if err := os.Chmod(b.root, 0o755); err != nil { // PostgreSQL's own user must pass through.
		return nil, fmt.Errorf("open the folder of the installations: %w", err)
	}
	if b.tokens, err = tokens.New(ctx); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.tokens.Close()) }()
	if b.fcm, err = fcmtest.New(fcmtest.Options{Keep: 100_000}); err != nil {
		return nil, err
	}
	defer b.fcm.Close()
	credentials, ca, err := b.fcm.Files(filepath.Join(b.root, "fcm"))
	if err != nil {
		return nil, err
	}
	b.program = program{command: o.Command, environ: append(o.Environ[:len(o.Environ):len(o.Environ)], "TERRENO_JWKS_URL="+b.tokens.JWKSURL(),
		"TERRENO_FCM_CREDENTIALS="+credentials, "TERRENO_FCM_ENDPOINT="+b.fcm.URL(), "TERRENO_FCM_CA="+ca)}
	if err := b.prepare(ctx); err != nil {
		return nil, fmt.Errorf("prepare the installation: %w", err)
	}
	write, hash, err := probe()
	if err != nil {
		return nil, err
	}
	p.head(write, hash)
	for _, s := range chosen {
		r, failed := b.measure(ctx, s)
		if ctx.Err() != nil {
			return results, ctx.Err()
		}
		if failed != nil {
			failed = fmt.Errorf("scenario %s: %w", s.name, failed)
			err = errors.Join(err, failed)
			p.printf("%v\n", failed)
			continue
		}
		results = append(results, r)
		p.row(r)
	}
	return results, errors.Join(err, p.failed)
}

// measure runs a scenario on a fresh installation.
func (b *bench) measure(ctx context.Context, s scenario) (r Result, err error) {
	system, remove, err := b.fresh(ctx, s.name)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	load := loadAverage()
	r, err = s.run(ctx, &stage{bench: b, system: system})
	r.Scenario, r.Load = s.name, load
	return r, err
}
