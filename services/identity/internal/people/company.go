package people

import (
	"github.com/terreno/terreno/proto/subject"
)

// States of a company, and the choices of when it tracks its people's positions.
const (
	StatusActive    = "active"
	StatusSuspended = "suspended"

	TrackingAlways  = "always"
	TrackingOnShift = "on_shift"
)

// Company is a tenant.
type Company struct {
	ID       string `db:"id_empresa"`
	Name     string `db:"name"`
	Zone     string `db:"zone"` // IANA
	Status   string `db:"status"`
	Tracking string `db:"tracking"`
	Version  int64  `db:"version"`
}

// CompanyChange says what to change of a company. A nil field stays as it is.
type CompanyChange struct {
	Name, Zone, Tracking *string
}

// With returns the company after the change, or a *RefusalError that says why the change is not possible.
func (c Company) With(change CompanyChange) (Company, error) {
	set(&c.Name, change.Name)
	set(&c.Zone, change.Zone)
	set(&c.Tracking, change.Tracking)
	return c.checked()
}

func (c Company) checked() (Company, error) {
	if subject.CheckTenant(c.ID) != nil {
		return Company{}, invalid("id", "The id must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -, not begin with _, and not be in, dir or dlq.")
	}
	var err error
	if c.Name, err = checkName("name", c.Name); err != nil {
		return Company{}, err
	}
	if err := checkZone(c.Zone); err != nil {
		return Company{}, err
	}
	if c.Tracking != TrackingAlways && c.Tracking != TrackingOnShift {
		return Company{}, invalid("tracking", "The tracking must be always or on_shift.")
	}
	return c, nil
}
