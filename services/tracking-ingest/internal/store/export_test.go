package store

// The statements that read segments of some days, for a test that looks at their plans.
const (
	TracksOf     = tracksOf
	TakeSegments = takeSegments
)
