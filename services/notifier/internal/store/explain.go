package store

// The statements over all companies as plans, for tests that look at how PostgreSQL reads.
const (
	ExplainLateVisits = "EXPLAIN " + lateVisits
	ExplainOpenShifts = "EXPLAIN " + openShifts
	ExplainTakeBack   = "EXPLAIN " + takeBack
)
