package evaluate

import (
	"context"
	"log/slog"
	"sync"

	"github.com/terreno/terreno/services/geofence/internal/plan"
	"github.com/terreno/terreno/services/geofence/internal/store"
)

// maxVertices bounds the plans in memory; with what belongs to them they take a hundred megabytes and more. Beyond the
// bound, plans are dropped and read again when they are needed.
const maxVertices = 3_000_000

// plans keeps the companies' plans that were read last. Each transaction asks which version is current. So it never misses
// an edit that was committed before it, even if the news of the edit was lost.
type plans struct {
	log *slog.Logger

	mu       sync.Mutex
	read     map[string]*plan.Plan
	vertices int
}

func newPlans(log *slog.Logger) *plans { return &plans{log: log, read: map[string]*plan.Plan{}} }

// current returns the plans of those companies that have one.
func (p *plans) current(ctx context.Context, w store.Work, companies []string) (map[string]*plan.Plan, error) {
	versions, err := w.PlanVersions(ctx, companies)
	if err != nil {
		return nil, err
	}
	found := make(map[string]*plan.Plan, len(versions))
	for company, version := range versions {
		old := p.held(company)
		if old != nil && old.Version == version {
			found[company] = old
			continue
		}
		read, err := w.Plan(ctx, company, old)
		if read == nil {
			return nil, err
		}
		if err != nil {
			p.log.Error("zones cannot be read: nobody is judged to whom they are assigned", "id_empresa", company, "error", err)
		}
		p.put(company, read)
		found[company] = read
	}
	return found, nil
}

// held returns a plan that was read before, of any version, or nil when there is none.
func (p *plans) held(company string) *plan.Plan {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.read[company]
}

func (p *plans) put(company string, fresh *plan.Plan) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop(company)
	for other := range p.read { // any: which one is asked for next, nobody knows
		if p.vertices+fresh.Vertices() <= maxVertices {
			break
		}
		p.drop(other)
	}
	p.read[company] = fresh
	p.vertices += fresh.Vertices()
}

func (p *plans) drop(company string) {
	if old := p.read[company]; old != nil {
		p.vertices -= old.Vertices()
		delete(p.read, company)
	}
}
