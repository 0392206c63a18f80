package evaluate

import (
	"context"
	"log/slog"
	"sync"

	"github.com/terreno/terreno/services/geofence/internal/plan"
	"github.com/terreno/terreno/services/geofence/internal/store"
)

// maxVertices bounds the plans in memory, a hundred megabytes and more for what belongs to them; beyond it they are read again
// when they are needed.
const maxVertices = 3_000_000

// plans are the companies' plans that were read last. What is current is asked in each transaction, so that an edit that was
// committed before is never missed, whatever became of its news.
type plans struct {
	log *slog.Logger

	mu       sync.Mutex
	held     map[string]*plan.Plan
	vertices int
}

func newPlans(log *slog.Logger) *plans { return &plans{log: log, held: map[string]*plan.Plan{}} }

// current returns the plans of those companies that have one.
func (p *plans) current(ctx context.Context, w store.Work, companies []string) (map[string]*plan.Plan, error) {
	versions, err := w.PlanVersions(ctx, companies)
	if err != nil {
		return nil, err
	}
	found := make(map[string]*plan.Plan, len(versions))
	for company, version := range versions {
		old := p.get(company)
		if old != nil && old.Version == version {
			found[company] = old
			continue
		}
		read, err := w.Plan(ctx, company, old)
		if read == nil {
			return nil, err
		}
		if err != nil {
			p.log.Error("zones cannot be read and are not judged by", "id_empresa", company, "error", err)
		}
		p.put(company, read)
		found[company] = read
	}
	return found, nil
}

func (p *plans) get(company string) *plan.Plan {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.held[company]
}

func (p *plans) put(company string, read *plan.Plan) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if old := p.held[company]; old != nil {
		p.vertices -= old.Vertices()
	}
	if p.vertices+read.Vertices() > maxVertices {
		clear(p.held)
		p.vertices = 0
	}
	p.held[company] = read
	p.vertices += read.Vertices()
}
