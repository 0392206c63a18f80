package silence

import "time"

// EndStill judges a standstill that lasts, but for whether the person moved: that the positions say. after is the setting, 0 when nobody
// wants to know. A person who falls silent does not move, so its standstill lasts until its work ends.
func EndStill(l Lasting, n Now, after time.Duration, now time.Time) Ending {
	switch {
	case n.Gone:
		return Ending{Reason: UserLeft, At: now}
	case after == 0 || n.By != l.By:
		return Ending{Reason: SettingsChanged, At: now}
	case n.By == ByShift && !n.OnShift, n.By == ByHours && !n.InHours:
		return Ending{Reason: ShiftEnded, At: now}
	case n.Paused:
		return Ending{Reason: Paused, At: now}
	case n.By != ByAlways && n.Since.After(l.Base):
		return Ending{Reason: ShiftEnded, At: now}
	}
	return Ending{}
}
