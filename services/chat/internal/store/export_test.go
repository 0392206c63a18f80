package store

// The statements of lists.
var (
	ListMine   = listMine
	ListAudit  = listAudit
	NowOf      = nowOf
	ChangedIDs = changedIDs
)
