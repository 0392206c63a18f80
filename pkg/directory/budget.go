package directory

import (
	"sync"
	"time"
)

// budget bounds the questions of each second. A company gets one more as long as it then has no more than is left for all
// others: one whose tokens all need a question, as after its suspension, leaves half of them to new users elsewhere.
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
