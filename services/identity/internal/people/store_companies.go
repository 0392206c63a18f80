package people

import (
	"context"
	"errors"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/proto/subject"
)

const (
	companyColumns  = `c.id_empresa, c.name, c.zone, c.status, c.tracking, c.version`
	selectCompany   = `SELECT ` + companyColumns + ` FROM identity.company c WHERE c.id_empresa = $1`
	pageOfCompanies = `SELECT ` + companyColumns + ` FROM identity.company c WHERE (c.name, c.id_empresa) > ($1, $2)
ORDER BY c.name, c.id_empresa LIMIT $3`
	insertCompany = `INSERT INTO identity.company (id_empresa, name, zone, status, tracking) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`
	updateCompany = `UPDATE identity.company SET name = $2, zone = $3, status = $4, tracking = $5 WHERE id_empresa = $1`
)

// Companies returns all companies, by name. Only platform admins may call it.
func (s *Store) Companies(ctx context.Context, p Page) (companies []Company, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		companies, err = list[Company](ctx, tx, "companies", pageOfCompanies, p.After.Name, p.After.ID, p.Limit)
		return err
	})
	return companies, err
}

// Company returns one company.
func (s *Store) Company(ctx context.Context, id string) (c Company, err error) {
	if subject.CheckTenant(id) != nil { // an id from an address may be anything
		return Company{}, noCompany()
	}
	err = s.db.InTenant(ctx, id, func(tx *sqlx.Tx) error {
		c, err = readCompany(ctx, tx, id)
		return err
	})
	return c, err
}

// ChangeCompany passes the company to edit, then writes and announces the company that edit returns. Edit returns a
// *RefusalError to refuse.
func (s *Store) ChangeCompany(ctx context.Context, who Reader, id string, edit func(Company) (Company, error)) (after Company, err error) {
	if subject.CheckTenant(id) != nil {
		return Company{}, noCompany()
	}
	who.Company = id
	err = s.change(ctx, who, func(ch *change.Change) error {
		before, err := readCompany(ctx, ch.Tx, id)
		if err != nil {
			return err
		}
		c, err := edit(before)
		if err != nil {
			return err
		}
		if c == before {
			after = before
			return change.ErrNothing
		}
		if _, err := exec(ctx, ch.Tx, "company", updateCompany, id, c.Name, c.Zone, c.Status, c.Tracking); err != nil {
			return err
		}
		if err := announceCompany(ctx, ch); err != nil {
			return err
		}
		if after, err = readCompany(ctx, ch.Tx, id); err != nil {
			return err
		}
		return logCompany(ch, "changed", &before, &after)
	})
	return after, err
}

// addCompany inserts a company that was checked and announces it. The change must be the company's own.
func addCompany(ctx context.Context, ch *change.Change, c Company) (Company, error) {
	n, err := exec(ctx, ch.Tx, "company", insertCompany, c.ID, c.Name, c.Zone, c.Status, c.Tracking)
	if err != nil {
		return Company{}, err
	}
	if n == 0 {
		return Company{}, &RefusalError{CodeIDTaken, "Another company has this id.", "id"}
	}
	if err := announceCompany(ctx, ch); err != nil {
		return Company{}, err
	}
	added, err := readCompany(ctx, ch.Tx, c.ID)
	if err != nil {
		return Company{}, err
	}
	return added, logCompany(ch, "created", nil, &added)
}

func readCompany(ctx context.Context, tx *sqlx.Tx, id string) (Company, error) {
	return get[Company](ctx, tx, "company", noCompany(), selectCompany, id)
}

func isNoCompany(err error) bool {
	r, ok := errors.AsType[*RefusalError](err)
	return ok && r.Code == CodeCompanyNotFound
}
