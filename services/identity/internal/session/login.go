package session

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/identity/internal/login"
	"github.com/terreno/terreno/services/identity/internal/throttle"
)

const (
	// maxMatches is the number of accounts, each of another company, that a login without a company is tried on at most.
	maxMatches = 5
	// leastChecks is the least number of password checks for a login without a company. Its time therefore does not tell
	// whether none, one or two companies have the login.
	leastChecks = 2
)

// Credentials are what a person gives to sign in. Company may be empty.
type Credentials struct {
	Company, Login, Password string
	// Address of the client, for throttling.
	Address string
}

// Login begins a session, or returns the reason why not: ErrLoginFailed, ErrCompanyRequired or *throttle.WaitError.
func (s *Service) Login(ctx context.Context, c Credentials) (Tokens, error) {
	key, at, party := login.Key(c.Login), throttle.PlaceOf(c.Address), httpx.AddressParty(c.Address)
	if err := s.Turns.Take(ctx, party); err != nil {
		return Tokens{}, fmt.Errorf("wait for the turn of a login: %w", err)
	}
	defer s.Turns.Give(party)
	company, err := s.Store.Company(ctx, c.Company)
	if err != nil {
		return Tokens{}, err
	}
	candidates, err := s.candidates(ctx, company, key, at)
	if err != nil {
		return Tokens{}, err
	}
	atHome := slices.ContainsFunc(candidates, func(c candidate) bool { return c.atHome })
	counters := countersOf(throttle.Login(company, key), at, atHome)
	if !atHome {
		counters = append(counters, at.Logins()...)
	}
	own := len(counters)
	wait, err := s.Guard.Attempt(ctx, counters...)
	if err != nil {
		return Tokens{}, err
	}
	if wait > 0 {
		return Tokens{}, &throttle.WaitError{Wait: wait}
	}
	var right []candidate
	for _, candidate := range candidates {
		counted, err := s.check(ctx, &candidate, party, c.Password)
		if counted {
			counters = append(counters, candidate.counters...)
		}
		if err != nil {
			// The client learnt nothing, and an overload must not lock anybody out.
			return Tokens{}, errors.Join(err, s.Guard.Undo(context.WithoutCancel(ctx), counters...))
		}
		if candidate.right {
			right = append(right, candidate)
		}
	}
	switch {
	case len(right) == 0:
		return Tokens{}, ErrLoginFailed
	case len(right) > 1 && right[0].Company != change.Platform:
		return Tokens{}, ErrCompanyRequired
	}
	return s.enter(ctx, right[0], c, append(counters[:own:own], right[0].counters...))
}

// countersOf returns the counters to ask before a password is tried on a target. Where the target is at home, it leaves out
// the counters that strangers can exhaust.
func countersOf(t throttle.Target, at throttle.Place, atHome bool) []throttle.Key {
	if atHome {
		return []throttle.Key{t.Here(at)}
	}
	return append(t.Everywhere(at), t.Here(at))
}

// enter begins the session of the account that the password belongs to. The attempts on other accounts with the same login
// stay counted: somebody who signs in to an account of their own must not gain more guesses at the others.
func (s *Service) enter(ctx context.Context, who candidate, c Credentials, counters []throttle.Key) (Tokens, error) {
	tokens, err := s.begin(ctx, who.Account)
	if err != nil {
		return Tokens{}, err
	}
	if who.stale {
		s.rehash(ctx, who.Account, httpx.AddressParty(c.Address), c.Password)
	}
	if err := s.Guard.Remember(ctx, throttle.PlaceOf(c.Address), who.target); err != nil {
		return Tokens{}, err
	}
	return tokens, s.Guard.Succeed(ctx, counters...)
}

// candidate is an account that a login may mean. The zero Account belongs to nobody, and checking it takes as long.
type candidate struct {
	Account
	target   throttle.Target
	counters []throttle.Key
	// atHome says that the account has signed in from the client's place before.
	atHome       bool
	right, stale bool
}

func (s *Service) candidates(ctx context.Context, company, key string, at throttle.Place) ([]candidate, error) {
	accounts, err := s.Store.Find(ctx, company, key)
	if err != nil {
		return nil, err
	}
	least := 1
	if company == change.Platform {
		least = leastChecks
	}
	var all []candidate
	var targets []throttle.Target
	for i := range max(least, len(accounts)) {
		c := candidate{target: throttle.Account(company, "\x00"+key)} // no user's id
		if i < len(accounts) {
			c.Account, c.target = accounts[i], throttle.Account(accounts[i].Company, accounts[i].ID)
		}
		all, targets = append(all, c), append(targets, c.target)
	}
	known, err := s.Guard.Known(ctx, at, targets...)
	if err != nil {
		return nil, err
	}
	for i := range all {
		c := &all[i]
		c.atHome, c.counters = known[i], countersOf(c.target, at, known[i])
	}
	return all, nil
}

// check sets in who whether the password is right. Guesses at an account count together, by whatever name it was reached.
// While the account has to wait, check calls every password wrong. A separate answer would tell which names belong to one
// person.
func (s *Service) check(ctx context.Context, who *candidate, party, password string) (counted bool, err error) {
	wait, err := s.Guard.Attempt(ctx, who.counters...)
	if err != nil {
		return false, err
	}
	counted = wait == 0
	right, stale, err := s.Passwords.Verify(ctx, party, who.PasswordHash, password)
	who.right, who.stale = right && counted && who.Active && !who.Suspended, stale
	return counted, err
}
