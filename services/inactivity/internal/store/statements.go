package store

// The statements over all companies, for tests that look at how PostgreSQL reads.
const (
	SurveyStatement  = survey
	LastingStatement = lasting
)
