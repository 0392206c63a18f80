package identity

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/proto/audience"
)

func containsText(s, part string) bool { return strings.Contains(s, part) }

// signedIn is a world in which ana of acme is signed in.
func signedIn(t *testing.T) (w *world, admin string, ana tokens) {
	t.Helper()
	w = setup(t)
	admin = w.company(t, "acme")
	w.user(t, admin, "ana", audience.RoleColaborador)
	return w, admin, w.login(t, "acme", "ana")
}

func TestRefreshRotates(t *testing.T) {
	t.Parallel()
	w, _, ana := signedIn(t)
	for range 5 {
		w.clock.Advance(14 * time.Minute)
		next := tokensOf(t, w.refresh(t, ana.refresh))
		if next.refresh == ana.refresh || next.access == ana.access {
			t.Fatal("a refresh gave the same token")
		}
		claims, err := w.verifier.Verify(t.Context(), next.access)
		if err != nil || claims.Subject != "ana" || claims.Company != "acme" {
			t.Fatalf("claims %+v, %v", claims, err)
		}
		ana = next
	}
}

func TestAReusedTokenEndsTheFamily(t *testing.T) {
	t.Parallel()
	w, _, ana := signedIn(t)
	other := w.login(t, "acme", "ana")
	stolen := ana.refresh
	newest := tokensOf(t, w.refresh(t, ana.refresh))
	newest = tokensOf(t, w.refresh(t, newest.refresh))
	w.refresh(t, stolen).Is(t, http.StatusUnauthorized, "refresh_reused")
	w.refresh(t, newest.refresh).Is(t, http.StatusUnauthorized, "refresh_revoked")
	w.refresh(t, stolen).Is(t, http.StatusUnauthorized, "refresh_revoked")
	w.refresh(t, other.refresh).Is(t, http.StatusOK, "") // another session of the same user
}

func TestAnOldTokenIsRecognisedLongAfterItsRowIsGone(t *testing.T) {
	t.Parallel()
	w, _, ana := signedIn(t)
	first := ana.refresh
	for range 4 {
		w.clock.Advance(time.Hour)
		ana = tokensOf(t, w.refresh(t, ana.refresh))
	}
	var rows int
	if err := w.data.Admin(t).Get(&rows, `SELECT count(*) FROM identity.refresh_token JOIN identity.session_family f ON f.id = family_id
WHERE f.user_id = 'ana' AND generation < 4`); err != nil || rows != 0 {
		t.Errorf("%d old tokens are kept (%v)", rows, err)
	}
	w.refresh(t, first).Is(t, http.StatusUnauthorized, "refresh_reused")
	w.refresh(t, ana.refresh).Is(t, http.StatusUnauthorized, "refresh_revoked")
}

func TestALostAnswerMayBeAskedForAgain(t *testing.T) {
	t.Parallel()
	w, _, ana := signedIn(t)
	lost := tokensOf(t, w.refresh(t, ana.refresh))
	for _, away := range []time.Duration{10 * time.Second, 20 * time.Second, 9 * time.Hour} { // and no answer arrives
		w.clock.Advance(away)
		lost = tokensOf(t, w.refresh(t, ana.refresh))
	}
	w.clock.Advance(time.Hour)
	next := tokensOf(t, w.refresh(t, lost.refresh)) // the last one arrived
	if _, err := w.verifier.Verify(t.Context(), next.access); err != nil {
		t.Error(err)
	}
	w.refresh(t, next.refresh).Is(t, http.StatusOK, "")
}

func TestOfTwoHoldersOneIsFoundOut(t *testing.T) {
	t.Parallel()
	w, _, ana := signedIn(t)
	mine, thiefs := tokensOf(t, w.refresh(t, ana.refresh)), tokensOf(t, w.refresh(t, ana.refresh))
	w.clock.Advance(10 * time.Minute)
	mine = tokensOf(t, w.refresh(t, mine.refresh))
	w.clock.Advance(time.Second)
	w.refresh(t, thiefs.refresh).Is(t, http.StatusUnauthorized, "refresh_reused")
	w.refresh(t, mine.refresh).Is(t, http.StatusUnauthorized, "refresh_revoked")
}

func TestAStolenTokenPresentedLateEndsTheFamilyAtTheOwnersNextRefresh(t *testing.T) {
	t.Parallel()
	w, _, ana := signedIn(t)
	stolen := ana.refresh
	mine := tokensOf(t, w.refresh(t, ana.refresh))
	w.clock.Advance(10 * time.Minute)
	thiefs := tokensOf(t, w.refresh(t, stolen))
	w.refresh(t, mine.refresh).Is(t, http.StatusUnauthorized, "refresh_reused")
	w.refresh(t, thiefs.refresh).Is(t, http.StatusUnauthorized, "refresh_revoked")
}

func TestTwoRefreshesAtOnceBothWork(t *testing.T) {
	t.Parallel()
	w, _, ana := signedIn(t)
	second := w.replica(t)
	got := make([]answer, 8)
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() {
			var err error
			got[i], err = w.try(t.Context(), "POST", []string{w.url, second}[i%2]+"/v1/auth/refresh", "", body{"refresh_token": ana.refresh})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	seen := map[string]bool{}
	for _, a := range got {
		seen[tokensOf(t, a).refresh] = true
	}
	if len(seen) != len(got) {
		t.Errorf("%d different tokens for %d refreshes", len(seen), len(got))
	}
	w.refresh(t, tokensOf(t, got[3]).refresh).Is(t, http.StatusOK, "") // whichever the client kept
}

func TestARefreshTokenEnds(t *testing.T) {
	t.Parallel()
	w, _, ana := signedIn(t)
	w.clock.Advance(29 * 24 * time.Hour)
	ana = tokensOf(t, w.refresh(t, ana.refresh))
	w.clock.Advance(29 * 24 * time.Hour) // counted from the last refresh
	ana = tokensOf(t, w.refresh(t, ana.refresh))
	w.clock.Advance(30 * 24 * time.Hour)
	w.refresh(t, ana.refresh).Is(t, http.StatusUnauthorized, "refresh_expired")
}

func TestLogoutEndsOneSession(t *testing.T) {
	t.Parallel()
	w, _, ana := signedIn(t)
	other := w.login(t, "acme", "ana")
	logout := func(token string) {
		t.Helper()
		w.send(t, "POST", "/v1/auth/logout", "", body{"refresh_token": token}).Is(t, http.StatusNoContent, "")
	}
	logout(ana.refresh)
	logout(ana.refresh)
	logout("tr1.acme.nonsense")
	w.refresh(t, ana.refresh).Is(t, http.StatusUnauthorized, "refresh_revoked")
	w.refresh(t, other.refresh).Is(t, http.StatusOK, "")
	root := w.login(t, "", rootLogin)
	logout(root.refresh)
	w.refresh(t, root.refresh).Is(t, http.StatusUnauthorized, "refresh_revoked")
}

func TestATokenOfNobodyIsRefused(t *testing.T) {
	t.Parallel()
	w, _, ana := signedIn(t)
	w.company(t, "beta")
	first := "A"
	if strings.HasPrefix(ana.refresh, "tr1.acme.A") {
		first = "B"
	}
	for what, token := range map[string]string{
		"nonsense": "nonsense", "an access token": ana.access, "another company's": strings.Replace(ana.refresh, "tr1.acme.", "tr1.beta.", 1),
		"the platform's": strings.Replace(ana.refresh, "tr1.acme.", "tr1..", 1), "another family": "tr1.acme." + first + ana.refresh[10:],
	} {
		if a := w.refresh(t, token); a.Status != http.StatusUnauthorized && a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", what, a.Status, a.Text)
		}
	}
	w.refresh(t, ana.refresh).Is(t, http.StatusOK, "") // none of it hurt
}

// Whatever ends a user's sessions: the refresh token is refused at once, the access token as soon as the news are there.
func TestWhatEndsSessions(t *testing.T) {
	t.Parallel()
	for what, end := range map[string]func(t *testing.T, w *world, admin string, ana tokens){
		"deactivation": func(t *testing.T, w *world, admin string, _ tokens) {
			w.send(t, "DELETE", "/v1/users/ana", admin, nil).Is(t, http.StatusNoContent, "")
		},
		"another role": func(t *testing.T, w *world, admin string, _ tokens) {
			w.send(t, "PATCH", "/v1/users/ana", admin, body{"role": "supervisor"}).Is(t, http.StatusOK, "")
		},
		"a password from the admin": func(t *testing.T, w *world, admin string, _ tokens) {
			w.send(t, "PUT", "/v1/users/ana/password", admin, body{"password": "otra clave más"}).Is(t, http.StatusNoContent, "")
		},
		"an own password": func(t *testing.T, w *world, _ string, ana tokens) {
			w.send(t, "PUT", "/v1/users/ana/password", ana.access, body{"password": "otra clave más", "old_password": secret}).
				Is(t, http.StatusNoContent, "")
		},
		"revocation by an admin": func(t *testing.T, w *world, admin string, _ tokens) {
			w.send(t, "POST", "/v1/users/ana/revoke", admin, nil).Is(t, http.StatusNoContent, "")
		},
		"revocation by herself": func(t *testing.T, w *world, _ string, ana tokens) {
			w.send(t, "POST", "/v1/users/ana/revoke", ana.access, nil).Is(t, http.StatusNoContent, "")
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w, admin, ana := signedIn(t)
			end(t, w, admin, ana)
			if code := w.refused(t, ana.access); code != "token_revoked" {
				t.Errorf("the access token: %s", code)
			}
			w.refresh(t, ana.refresh).Is(t, http.StatusUnauthorized, "refresh_revoked")
			var left int // whatever the clock said that began it
			err := w.data.Admin(t).Get(&left, `SELECT count(*) FROM identity.session_family WHERE user_id = 'ana' AND revoked_at IS NULL`)
			if err != nil || left != 0 {
				t.Errorf("%d of ana's sessions are left, %v", left, err)
			}
		})
	}
}

func TestASessionBegunRightAfterARevocationIsGood(t *testing.T) {
	t.Parallel()
	w, admin, ana := signedIn(t)
	w.clock.Advance(100 * time.Millisecond) // the same second as the login before and the one after
	for range 3 {
		w.send(t, "POST", "/v1/users/ana/revoke", admin, nil).Is(t, http.StatusNoContent, "")
		w.refused(t, ana.access)
		w.clock.Advance(10 * time.Millisecond)
		ana = w.login(t, "acme", "ana")
		if _, err := w.verifier.Verify(t.Context(), ana.access); err != nil {
			t.Fatalf("a token issued after the revocation: %v", err)
		}
		ana = tokensOf(t, w.refresh(t, ana.refresh))
		if _, err := w.verifier.Verify(t.Context(), ana.access); err != nil {
			t.Fatalf("a token refreshed after the revocation: %v", err)
		}
	}
}

func TestASuspendedCompanyPausesItsSessions(t *testing.T) {
	t.Parallel()
	w, _, ana := signedIn(t)
	root := w.root(t)
	w.send(t, "POST", "/v1/companies/acme/suspend", root, nil).Is(t, http.StatusOK, "")
	if code := w.refused(t, ana.access); code != "company_suspended" {
		t.Errorf("the access token: %s", code)
	}
	w.send(t, "GET", "/v1/users/me", ana.access, nil).Is(t, http.StatusForbidden, "company_suspended")
	w.refresh(t, ana.refresh).Is(t, http.StatusForbidden, "company_suspended")
	w.send(t, "POST", "/v1/companies/acme/resume", root, nil).Is(t, http.StatusOK, "")
	w.refresh(t, ana.refresh).Is(t, http.StatusOK, "")
	apptest.Until(t, func() bool { _, err := w.verifier.Verify(t.Context(), ana.access); return err == nil })
}

func TestARefreshCarriesWhatTheUserIsNow(t *testing.T) {
	t.Parallel()
	w, admin, ana := signedIn(t)
	w.team(t, admin, "norte", "ana")
	claims, err := w.verifier.Verify(t.Context(), tokensOf(t, w.refresh(t, ana.refresh)).access)
	if err != nil || len(claims.Teams) != 1 || claims.Teams[0] != "norte" {
		t.Errorf("claims %+v, %v", claims, err)
	}
}
