package auth_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/auth/authtest"
)

// A token that was verified once costs neither the parsing nor the signature again. Parsing alone allocates more than this.
func TestSignatureIsCheckedOnce(t *testing.T) {
	issuer := authtest.New(t)
	verifier := issuer.Verifier(t, nil)
	token := issuer.Token(t, ana())
	var err error
	allocated := testing.AllocsPerRun(100, func() {
		if _, bad := verifier.Verify(t.Context(), token); bad != nil {
			err = bad
		}
	})
	if err != nil || allocated > 5 {
		t.Errorf("verifying a known token allocates %g times, error %v", allocated, err)
	}
}

func TestKnownTokenEndsWithItsKey(t *testing.T) {
	t.Parallel()
	for name, same := range map[string]bool{"kid is gone": false, "kid has another key": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			issuer := authtest.New(t)
			verifier, clock := verifierAt(t, issuer)
			known := issuer.Token(t, ana())
			for range 2 {
				if _, err := verifier.Verify(t.Context(), known); err != nil {
					t.Fatal(err)
				}
			}
			issuer.Withdraw(t, same)
			// The verifier fetches the keys when it meets a kid that it does not know, and when its keys are old.
			clock.advance(time.Minute)
			stranger := issuer.Forge(t, ana(), func(header, _ map[string]any) { header["kid"] = "stranger" })
			if _, err := verifier.Verify(t.Context(), stranger); !errors.Is(err, auth.ErrInvalid) {
				t.Fatalf("error = %v", err)
			}
			wantFetches(t, issuer, 2)
			_, err := verifier.Verify(t.Context(), known)
			wantCode(t, err, auth.ErrInvalid)
			if _, err := verifier.Verify(t.Context(), issuer.Token(t, ana())); err != nil {
				t.Errorf("a token of the new key: %v", err)
			}
		})
	}
}

func TestKnownTokenStillExpires(t *testing.T) {
	t.Parallel()
	issuer := authtest.New(t)
	verifier, clock := verifierAt(t, issuer)
	now := clock.now().Truncate(time.Second)
	token := issuer.Forge(t, ana(), func(_, body map[string]any) {
		body["nbf"], body["iat"], body["exp"] = now.Unix()-60, now.Unix()-60, now.Unix()+60
	})
	verify := func() error {
		_, err := verifier.Verify(t.Context(), token)
		return err
	}
	for range 2 {
		if err := verify(); err != nil {
			t.Fatal(err)
		}
	}
	clock.advance(-2 * time.Minute)
	wantCode(t, verify(), auth.ErrInvalid)
	clock.advance(2 * time.Minute)
	if err := verify(); err != nil {
		t.Fatal(err)
	}
	clock.advance(time.Minute)
	for range 2 {
		wantCode(t, verify(), auth.ErrExpired)
	}
}

// The directory decides about every request, and what a caller does to its claims reaches no other request.
func TestKnownTokenIsJudgedEachTime(t *testing.T) {
	t.Parallel()
	issuer := authtest.New(t)
	var answer error
	asked := 0
	verifier := issuer.Verifier(t, func(context.Context, auth.Claims) error { asked++; return answer })
	token := issuer.Token(t, ana())
	for n, want := range []*auth.Error{nil, auth.ErrRevoked, auth.ErrSuspended, auth.ErrUnavailable, nil} {
		if want != nil {
			answer = want
		} else {
			answer = nil
		}
		claims, err := verifier.Verify(t.Context(), token)
		if want != nil {
			wantCode(t, err, want)
			continue
		}
		if err != nil || asked != n+1 || !reflect.DeepEqual(claims.Teams, ana().Teams) {
			t.Errorf("claims %+v, error %v after %d questions", claims, err, asked)
		}
		claims.Teams[0] = "changed"
	}
}

// A token that shares header and body with a known one, or only its beginning, is checked on its own.
func TestForgedTokenBesideAKnownOne(t *testing.T) {
	t.Parallel()
	issuer, other := authtest.New(t), authtest.New(t)
	verifier := issuer.Verifier(t, nil)
	known := issuer.Token(t, ana())
	if _, err := verifier.Verify(t.Context(), known); err != nil {
		t.Fatal(err)
	}
	signed, signature := known[:strings.LastIndex(known, ".")], known[strings.LastIndex(known, ".")+1:]
	admin := ana()
	admin.Role = "admin"
	raised := issuer.Token(t, admin)
	stranger := other.Forge(t, ana(), func(_, body map[string]any) { body["iss"] = issuer.Name })
	for name, token := range map[string]string{
		"another signature": signed + stranger[strings.LastIndex(stranger, "."):],
		"cut":               known[:len(known)-1],
		"longer":            known + "A",
		"another body":      raised[:strings.LastIndex(raised, ".")] + "." + signature,
		"another issuer's":  stranger,
	} {
		for range 2 {
			if claims, err := verifier.Verify(t.Context(), token); err == nil {
				t.Errorf("%s was accepted as %+v", name, claims)
			}
		}
	}
	if _, err := verifier.Verify(t.Context(), known); err != nil {
		t.Error(err)
	}
}

func TestManyRequestsWithTheSameTokens(t *testing.T) {
	t.Parallel()
	issuer := authtest.New(t)
	verifier, clock := verifierAt(t, issuer)
	users := map[string]string{}
	for n := range 20 {
		who := ana()
		who.Subject = fmt.Sprintf("u%d", n)
		users[who.Subject] = issuer.Token(t, who)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 5 {
				for user, token := range users {
					claims, err := verifier.Verify(t.Context(), token)
					if err != nil || claims.Subject != user {
						t.Errorf("user %s: %+v, %v", user, claims, err)
					}
				}
			}
			clock.advance(time.Second)
		})
	}
	all.Wait()
}

func BenchmarkVerify(b *testing.B) {
	issuer := authtest.New(b)
	verifier := issuer.Verifier(b, nil)
	tokens := func(n int) []string {
		all := make([]string, n)
		for i := range all {
			who := ana()
			who.ID = fmt.Sprintf("t-%d", i)
			all[i] = issuer.Token(b, who)
		}
		return all
	}
	check := func(b *testing.B, token string) {
		if _, err := verifier.Verify(b.Context(), token); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("first", func(b *testing.B) {
		fresh := tokens(b.N)
		b.ReportAllocs()
		b.ResetTimer()
		for i := range b.N {
			check(b, fresh[i])
		}
	})
	b.Run("again", func(b *testing.B) {
		known := tokens(1000)
		for _, token := range known {
			check(b, token)
		}
		b.ReportAllocs()
		b.ResetTimer()
		for i := range b.N {
			check(b, known[i%len(known)])
		}
	})
}
