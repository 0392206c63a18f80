package store

// The statements over all companies, for tests that look at how PostgreSQL reads.
var (
	SurveyStatement  = survey
	LastingStatement = lasting
	LowsStatement    = lows
)
