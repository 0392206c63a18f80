package people

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/identity/internal/login"
	"github.com/terreno/terreno/services/identity/internal/password"
)

// seeder is the author of the changes that the first start makes.
const seeder = "system/identity"

// Seed is what an installation begins with. Planting it again changes nothing, even when people have changed the data
// meanwhile.
type Seed struct {
	// AdminLogin and AdminPassword belong to the first platform admin, who is made when there is none. When AdminLogin is
	// empty, none is made.
	AdminLogin, AdminPassword string
	// DemoPassword is the password of everybody in the demo company, which is made when it does not exist. When DemoPassword
	// is empty, there is no demo. It is no secret, so it need not be a good password.
	DemoPassword string
}

// Validate says what is wrong with the seed.
func (s Seed) Validate() error {
	if s.AdminLogin != "" {
		if login.Key(s.AdminLogin) == "" {
			return fmt.Errorf("the admin's login %q is none", s.AdminLogin)
		}
		if err := password.Check(s.AdminPassword, s.AdminLogin); err != nil {
			return fmt.Errorf("the admin's password: %w", err)
		}
	}
	return nil
}

// Plant makes what is missing. When several replicas start together, it is made only once.
func (a *API) Plant(ctx context.Context, s Seed, log *slog.Logger) error {
	if s.AdminLogin != "" {
		if err := a.plantAdmin(ctx, s, log); err != nil {
			return fmt.Errorf("make the first platform admin: %w", err)
		}
	}
	if s.DemoPassword != "" {
		if err := a.plantDemo(ctx, s.DemoPassword, log); err != nil {
			return fmt.Errorf("make the demo company: %w", err)
		}
	}
	return nil
}

func (a *API) plantAdmin(ctx context.Context, s Seed, log *slog.Logger) error {
	return a.Store.change(ctx, Reader{Company: change.Platform, ID: seeder}, func(ch *change.Change) error {
		n, err := get[int](ctx, ch.Tx, "platform admins", nil, countUsers, change.Platform)
		if err != nil || n > 0 {
			return err
		}
		u := User{ID: "admin", Name: "Administración", Role: audience.RolePlatformAdmin, Active: true}
		if email, err := login.Email(s.AdminLogin); err == nil {
			u.Email = email
		} else {
			u.PayrollNumber = s.AdminLogin
		}
		if u.PasswordHash, err = a.Passwords.Hash(ctx, seeder, s.AdminPassword); err != nil {
			return err
		}
		log.Info("platform admin made")
		_, err = addUser(ctx, ch, u)
		return err
	})
}

func (a *API) plantDemo(ctx context.Context, chosen string, log *slog.Logger) error {
	return a.Store.change(ctx, Reader{Company: DemoCompany, ID: seeder}, func(ch *change.Change) error {
		if _, err := readCompany(ctx, ch.Tx, DemoCompany); !isNoCompany(err) {
			return err
		}
		_, err := addCompany(ctx, ch, Company{
			ID: DemoCompany, Name: "Demo Reparto", Zone: demoZone, Status: StatusActive, Tracking: TrackingAlways,
		})
		if err != nil {
			return err
		}
		for _, t := range demoTeams {
			if _, err := addTeam(ctx, ch, t); err != nil {
				return err
			}
		}
		// One hash serves all: they share one password anyway, and forty hashes take ten seconds.
		hash, err := a.Passwords.Hash(ctx, seeder, chosen)
		if err != nil {
			return err
		}
		users := demoUsers()
		for _, u := range users {
			u.PasswordHash = hash
			if _, err := addUser(ctx, ch, u); err != nil {
				return err
			}
		}
		log.Info("demo company made", "company", DemoCompany, "users", len(users))
		return nil
	})
}
