// Package jobs shows people the scheduled jobs of all services (pkg/schedule) and lets them ask for a run.
//
// A company's admin sees the runs of the company and the runs for all companies. Of the latter the admin does not see
// why they failed or who asked for them, because that may name other companies. A platform admin sees everything. This
// package decides by domain time what is due and what is past, unlike the rest of identity.
package jobs
