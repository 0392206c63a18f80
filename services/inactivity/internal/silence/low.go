package silence

import (
	"time"

	"github.com/terreno/terreno/proto/alert"
)

// EndLow judges a low battery that lasts, but for its charge: package charge judges that. limit is the setting, 0 when nobody wants to
// know. n.Since is when the work began that lasts: a pause ends no low battery.
func EndLow(l Lasting, n Now, limit int, now time.Time) Ending {
	switch {
	case n.Gone:
		return Ending{Reason: alert.EndUserLeft, At: now}
	case limit == 0 || n.By != l.By:
		return Ending{Reason: alert.EndSettingsChanged, At: now}
	case n.By == ByShift && !n.OnShift, n.By == ByHours && !n.InHours, n.By != ByAlways && n.Since.After(l.Base):
		return Ending{Reason: alert.EndShiftEnded, At: now}
	}
	return Ending{}
}
