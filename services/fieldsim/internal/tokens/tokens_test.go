package tokens_test

import (
	"testing"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/services/fieldsim/internal/tokens"
)

// The verifier of every service takes the tokens for what they say.
func TestServicesAcceptTheTokens(t *testing.T) {
	t.Parallel()
	issuer, err := tokens.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := issuer.Close(); err != nil {
			t.Error(err)
		}
	})
	v, err := auth.NewVerifier(auth.Config{
		Issuers: []auth.Issuer{{Name: tokens.Name, JWKSURL: issuer.JWKSURL()}}, Audience: tokens.Name,
	}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []auth.Claims{
		{Company: "c1", Subject: "u1", Role: "colaborador"}, {Company: "c1", Subject: "a1", Role: "admin"}, {Subject: "root", Role: "platform_admin"},
	} {
		token, err := issuer.Token(want.Company, want.Subject, want.Role)
		if err != nil {
			t.Fatal(err)
		}
		got, err := v.Verify(t.Context(), token)
		if err != nil || got.Company != want.Company || got.Subject != want.Subject || got.Role != want.Role {
			t.Errorf("%+v became %+v, %v", want, got, err)
		}
	}
}
