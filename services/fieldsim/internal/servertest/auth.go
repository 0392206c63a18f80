package servertest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// UserOf returns the id of the user with this login. It is the subject of the user's tokens.
func UserOf(login string) string { return "id-" + login }

type grant struct {
	user    string
	expires time.Time
}

// family is a chain of refresh tokens. A second use of any of them revokes them all.
type family struct {
	user, current string
	revoked       bool
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.inLogins++
	s.notes.MostLogins = max(s.notes.MostLogins, s.inLogins)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.inLogins--
		s.mu.Unlock()
	}()
	if !wait(r, s.o.LoginTook) {
		return
	}
	var in struct{ Company, Login, Password string }
	text, ok := read(w, r, &in)
	if !ok {
		return
	}
	if in.Password != s.o.Password {
		problem(w, http.StatusUnauthorized, "credentials_invalid")
		return
	}
	s.issue(w, r, text, &family{user: UserOf(in.Login)}, func(n *Notes) { n.Logins++ })
}

func (s *Server) renew(w http.ResponseWriter, r *http.Request) {
	var in struct {
		RefreshToken string `json:"refresh_token"`
	}
	text, ok := read(w, r, &in)
	if !ok {
		return
	}
	s.mu.Lock()
	f := s.refresh[in.RefreshToken]
	if f != nil && f.current != in.RefreshToken {
		f.revoked = true
		s.notes.Reused++
	}
	invalid := f == nil || f.revoked
	s.mu.Unlock()
	if invalid {
		problem(w, http.StatusUnauthorized, "refresh_token_invalid")
		return
	}
	s.issue(w, r, text, f, func(n *Notes) { n.Refreshes++ })
}

func (s *Server) issue(w http.ResponseWriter, r *http.Request, request []byte, f *family, note func(*Notes)) {
	todo := none
	if s.o.AuthToo {
		drawn, rng := s.draw(request)
		if todo = drawn; todo == deny {
			todo = none
		}
		if s.failEarly(w, r, todo, rng, "") {
			return
		}
	}
	life := s.o.TokenLife
	if life == 0 {
		life = time.Hour
	}
	s.mu.Lock()
	note(&s.notes)
	s.issued++
	access := fmt.Sprintf("e30.%s.%d", base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"`+f.user+`"}`)), s.issued)
	f.current = fmt.Sprintf("refresh-%d", s.issued)
	s.tokens[access] = grant{f.user, time.Now().Add(life)}
	s.refresh[f.current] = f
	response := map[string]any{"access_token": access, "refresh_token": f.current, "expires_in": int(life.Seconds())}
	s.mu.Unlock()
	if todo == loseAnswer || todo == halfAnswer {
		panic(http.ErrAbortHandler)
	}
	_ = json.NewEncoder(w).Encode(response)
}

// userOfToken returns the user of an access token. It returns false if the token is unknown or has expired.
func (s *Server) userOfToken(token string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, ok := s.tokens[token]
	return g.user, ok && time.Now().Before(g.expires)
}

func read(w http.ResponseWriter, r *http.Request, into any) ([]byte, bool) {
	text, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		problem(w, http.StatusBadRequest, "body_invalid")
	}
	return text, err == nil
}
