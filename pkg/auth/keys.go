package auth

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
)

const (
	refreshEvery = 5 * time.Minute
	// How long a fetch for an unknown kid waits after a fetch that worked, and after one that failed.
	unknownGap = 10 * time.Second
	failureGap = time.Second

	fetchTimeout = 10 * time.Second
	maxJWKS      = 256 << 10
)

// keySet holds one issuer's public keys by kid.
type keySet struct {
	url    string
	client *http.Client
	now    func() time.Time

	mu      sync.Mutex
	keys    map[string]ed25519.PublicKey
	fetched time.Time     // when a fetch last worked
	tried   time.Time     // when a fetch last ended
	failure error         // of the fetch that ended last
	flight  chan struct{} // closed when the fetch under way ends; nil when there is none
}

// key returns the issuer's key. It waits for a fetch only when it does not hold the key.
func (s *keySet) key(ctx context.Context, kid string) (ed25519.PublicKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if key, ok := s.keys[kid]; ok {
		if s.now().Sub(s.fetched) >= refreshEvery {
			s.fetch()
		}
		return key, nil
	}
	if flight := s.fetch(); flight != nil {
		s.mu.Unlock()
		var ended error
		select {
		case <-flight:
		case <-ctx.Done():
			ended = ctx.Err()
		}
		s.mu.Lock()
		if ended != nil {
			return nil, ErrUnavailable.Because(ended)
		}
	}
	switch key, ok := s.keys[kid]; {
	case ok:
		return key, nil
	case s.failure != nil:
		return nil, ErrUnavailable.Because(s.failure)
	default:
		return nil, ErrInvalid.Because(fmt.Errorf("issuer has no key %.64q", kid))
	}
}

// fetch joins the fetch under way, or starts one. If the last one ended too recently to start another, fetch returns
// nil.
func (s *keySet) fetch() <-chan struct{} {
	if s.flight != nil {
		return s.flight
	}
	gap := unknownGap
	if s.failure != nil {
		gap = failureGap
	}
	if !s.tried.IsZero() && s.now().Sub(s.tried) < gap {
		return nil
	}
	done := make(chan struct{})
	s.flight = done
	// The fetch does not use the request's context, because other requests wait for the same keys.
	go func() {
		defer close(done)
		ctx, cancel := context.WithTimeout(context.Background(), fetchTimeout)
		defer cancel()
		keys, err := s.download(ctx)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.flight, s.failure, s.tried = nil, err, s.now()
		if err == nil {
			s.keys, s.fetched = keys, s.tried
		}
	}()
	return done
}

func (s *keySet) download(ctx context.Context) (map[string]ed25519.PublicKey, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return nil, fmt.Errorf("fetch keys: %w", err)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("fetch keys: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch keys from %s: status %d", s.url, resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxJWKS))
	if err != nil {
		return nil, fmt.Errorf("read keys from %s: %w", s.url, err)
	}
	return parseKeys(body)
}

// parseKeys keeps the Ed25519 signature keys of a JWKS. An issuer may publish other keys, but no token of ours uses
// them.
func parseKeys(body []byte) (map[string]ed25519.PublicKey, error) {
	set, err := jwk.Parse(body, jwk.WithIgnoreParseError(true))
	if err != nil {
		return nil, fmt.Errorf("parse keys: %w", err)
	}
	keys := map[string]ed25519.PublicKey{}
	for i := range set.Len() {
		key, _ := set.Key(i)
		alg := key.Algorithm().String()
		if key.KeyID() == "" || (key.KeyUsage() != "" && key.KeyUsage() != jwk.ForSignature.String()) ||
			(alg != "" && alg != jwa.EdDSA.String()) {
			continue
		}
		var raw any
		if err := key.Raw(&raw); err != nil {
			continue
		}
		if public, ok := raw.(ed25519.PublicKey); ok {
			keys[key.KeyID()] = public
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("parse keys: no Ed25519 key with a kid")
	}
	return keys, nil
}
