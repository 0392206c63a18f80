package store

// The statements of lists.
var (
	ListMine  = listMine
	ListAudit = listAudit
)
