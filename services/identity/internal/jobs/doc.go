// Package jobs shows people the scheduled jobs of all services (pkg/schedule) and lets them ask for a run.
//
// A company's admin sees the company's runs and those for all companies, of which not why they failed or who asked for them:
// that may name others. A platform admin sees everything. What is due and past here is domain time, unlike elsewhere in
// identity.
package jobs
