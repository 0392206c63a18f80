package keyring

import (
	"context"
	"encoding/base64"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/terreno/terreno/pkg/httpx"
)

// jwk is one public key (RFC 8037).
type jwk struct {
	KeyType   string `json:"kty" example:"OKP"`
	Curve     string `json:"crv" example:"Ed25519"`
	ID        string `json:"kid"`
	Use       string `json:"use" example:"sig"`
	Algorithm string `json:"alg" example:"EdDSA"`
	X         string `json:"x" doc:"the public key, base64url"`
}

type jwksOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Keys []jwk `json:"keys" doc:"the key that signs, the next one, and retired ones whose tokens may still be good"`
	}
}

// Register adds the JWKS to the API.
func (r *Ring) Register(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "jwks", Method: http.MethodGet, Path: "/.well-known/jwks.json", Security: httpx.Public(), Tags: []string{"auth"},
		Summary: "The public keys of access tokens",
	}, func(ctx context.Context, _ *struct{}) (*jwksOutput, error) {
		keys, err := r.Published(ctx)
		if err == nil && len(keys) == 0 { // the first start is not done
			err = ErrNoKey
		}
		if err != nil {
			return nil, httpx.Unavailable(err)
		}
		out := &jwksOutput{CacheControl: "public, max-age=60"}
		out.Body.Keys = []jwk{}
		for _, k := range keys {
			out.Body.Keys = append(out.Body.Keys, jwk{
				KeyType: "OKP", Curve: "Ed25519", ID: k.ID, Use: "sig", Algorithm: "EdDSA", X: base64.RawURLEncoding.EncodeToString(k.Public()),
			})
		}
		return out, nil
	})
}
