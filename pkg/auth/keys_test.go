package auth_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/auth/authtest"
)

// wall is a clock that begins with the real one, which tokens are issued by, and then moves by hand only.
type wall struct{ at atomic.Int64 }

func (w *wall) now() time.Time           { return time.Unix(0, w.at.Load()) }
func (w *wall) advance(by time.Duration) { w.at.Add(int64(by)) }

func verifierAt(t *testing.T, issuer *authtest.Issuer) (*auth.Verifier, *wall) {
	t.Helper()
	w := &wall{}
	w.at.Store(time.Now().UnixNano())
	v, err := auth.NewVerifier(auth.Config{
		Issuers: []auth.Issuer{{Name: issuer.Name, JWKSURL: issuer.JWKSURL}}, Audience: authtest.Audience, Now: w.now,
	}, &http.Client{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return v, w
}

func wantFetches(t *testing.T, issuer *authtest.Issuer, want int) {
	t.Helper()
	if got := issuer.Fetches(); got != want {
		t.Fatalf("keys were fetched %d times, want %d", got, want)
	}
}

func TestKeysAreCachedAndAnUnknownKidRefetchesEveryTenSeconds(t *testing.T) {
	t.Parallel()
	issuer := authtest.New(t)
	verifier, clock := verifierAt(t, issuer)
	verify := func() error {
		_, err := verifier.Verify(t.Context(), issuer.Token(t, ana()))
		return err
	}
	for range 5 {
		if err := verify(); err != nil {
			t.Fatal(err)
		}
	}
	wantFetches(t, issuer, 1)

	issuer.Rotate(t)
	if err := verify(); !errors.Is(err, auth.ErrInvalid) {
		t.Fatalf("error = %v within 10 s of the last fetch, want token_invalid", err)
	}
	wantFetches(t, issuer, 1)
	clock.advance(10 * time.Second)
	if err := verify(); err != nil {
		t.Fatal(err)
	}
	wantFetches(t, issuer, 2)
	stranger := issuer.Forge(t, ana(), func(header, _ map[string]any) { header["kid"] = "stranger" })
	for range 20 {
		if _, err := verifier.Verify(t.Context(), stranger); !errors.Is(err, auth.ErrInvalid) {
			t.Fatalf("error = %v", err)
		}
	}
	wantFetches(t, issuer, 2)
}

func TestConcurrentCallersShareOneFetch(t *testing.T) {
	t.Parallel()
	issuer := authtest.New(t)
	release := issuer.Hold()
	verifier, _ := verifierAt(t, issuer)
	token := issuer.Token(t, ana())

	// One caller gives up before the keys come; it must not take the fetch with it.
	hurried, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := verifier.Verify(hurried, token)
	wantCode(t, err, auth.ErrUnavailable)

	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := verifier.Verify(t.Context(), token); err != nil {
				t.Error(err)
			}
		})
	}
	release()
	all.Wait()
	wantFetches(t, issuer, 1)
}

func TestUnreachableKeysAreNotTheTokensFault(t *testing.T) {
	t.Parallel()
	issuer := authtest.New(t)
	issuer.SetDown(true)
	verifier, clock := verifierAt(t, issuer)
	token := issuer.Token(t, ana())
	for range 3 {
		_, err := verifier.Verify(t.Context(), token)
		wantCode(t, err, auth.ErrUnavailable)
	}
	wantFetches(t, issuer, 1)
	issuer.SetDown(false)
	clock.advance(time.Second)
	if _, err := verifier.Verify(t.Context(), token); err != nil {
		t.Errorf("a second after the failure: %v", err)
	}
}

func TestKeysInUseAreRefreshedAndOutliveAnOutage(t *testing.T) {
	t.Parallel()
	issuer := authtest.New(t)
	verifier, clock := verifierAt(t, issuer)
	verify := func() {
		t.Helper()
		if _, err := verifier.Verify(t.Context(), issuer.Token(t, ana())); err != nil {
			t.Fatal(err)
		}
	}
	verify()
	issuer.SetDown(true)
	release := issuer.Hold()
	clock.advance(5 * time.Minute)
	verify() // starts the refresh and does not wait for it: the answer is held back
	verify()
	// Back to where an unknown kid may not ask again, so that it can only join the refresh under way.
	clock.advance(-5 * time.Minute)
	stranger := issuer.Forge(t, ana(), func(header, _ map[string]any) { header["kid"] = "stranger" })
	joined := make(chan error)
	go func() {
		_, err := verifier.Verify(t.Context(), stranger)
		joined <- err
	}()
	release()
	err := <-joined
	wantCode(t, err, auth.ErrUnavailable)
	wantFetches(t, issuer, 2)
	verify()
}
