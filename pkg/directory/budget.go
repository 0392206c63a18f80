package directory

import (
	"sync"
	"time"
)

// budget limits the questions per second. A company gets another question only if it then has no more than are left for
// all others. So a company whose tokens all need a question, for example after its suspension, leaves half of the
// questions to other companies.
type budget struct {
	perSecond int

	mu        sync.Mutex
	second    int64
	asked     int
	byCompany map[string]int
}

func (b *budget) take(now time.Time, company string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := now.Unix(); s != b.second {
		b.second, b.asked, b.byCompany = s, 0, map[string]int{}
	}
	if b.byCompany[company] >= b.perSecond-b.asked {
		return false
	}
	b.asked++
	b.byCompany[company]++
	return true
}
