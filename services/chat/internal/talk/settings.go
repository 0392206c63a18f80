package talk

import "fmt"

// Settings are what a company decided about its conversations.
type Settings struct {
	WhoTalks      string `db:"who_talks" json:"who_talks"`
	Keep          bool   `db:"keep_after_leaving" json:"keep_after_leaving"`
	Auditing      bool   `db:"auditing" json:"auditing"`
	RetentionDays int    `db:"retention_days" json:"retention_days"`
	// Version rises with every change. It is 0 for a company that has decided nothing.
	Version int64 `db:"version" json:"-"`
}

// Defaults hold for a company that has decided nothing.
var Defaults = Settings{WhoTalks: Everybody, RetentionDays: 730}

// Limits of how many days messages are kept.
const (
	MinRetentionDays = 30
	MaxRetentionDays = 3650
)

// Check says what is wrong with settings that a company wants.
func (s Settings) Check() error {
	switch {
	case s.WhoTalks != Everybody && s.WhoTalks != Supervisors:
		return &FieldError{"who_talks", fmt.Errorf("must be everybody or supervisors")}
	case s.RetentionDays < MinRetentionDays || s.RetentionDays > MaxRetentionDays:
		return &FieldError{"retention_days", fmt.Errorf("must be from %d to %d", MinRetentionDays, MaxRetentionDays)}
	}
	return nil
}
