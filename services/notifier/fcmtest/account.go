package fcmtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwt"
)

const accessToken = "fake-access-token" //nolint:gosec // It is the fake's.

// keys are the fake's certificate and the key of its only service account.
type keys struct {
	certificate tls.Certificate
	ca          []byte
	account     *rsa.PrivateKey
}

func newKeys() (k keys, err error) {
	if k.account, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		return k, fmt.Errorf("make a key: %w", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return k, fmt.Errorf("make a key: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "fake FCM"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(10, 0, 0),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}, DNSNames: []string{"localhost"},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return k, fmt.Errorf("make a certificate: %w", err)
	}
	k.certificate = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	k.ca = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return k, nil
}

// Rotate gives the service account another key, which replaces the old one at once. Files writes the new one.
func (s *Server) Rotate() error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.key.account = key
	return nil
}

func (s *Server) account() *rsa.PrivateKey {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.key.account
}

// Files writes the key of the fake's service account and the fake's certificate into a folder, as a client needs them.
func (s *Server) Files(folder string) (credentials, ca string, err error) {
	der, err := x509.MarshalPKCS8PrivateKey(s.account())
	if err != nil {
		return "", "", fmt.Errorf("encode a key: %w", err)
	}
	text, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": Project, "private_key_id": "1",
		"private_key":  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"client_email": "terreno@" + Project + ".example", "client_id": "1", "token_uri": s.URL() + "/token",
	})
	if err != nil {
		return "", "", fmt.Errorf("encode the credentials: %w", err)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", "", fmt.Errorf("write the credentials: %w", err)
	}
	credentials, ca = filepath.Join(folder, "credentials.json"), filepath.Join(folder, "ca.pem")
	for name, content := range map[string][]byte{credentials: text, ca: s.key.ca} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			return "", "", fmt.Errorf("write the credentials: %w", err)
		}
	}
	return credentials, ca, nil
}

// token gives an access token for an assertion that the service account signed.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	assertion := r.PostFormValue("assertion")
	claims, err := jwt.ParseString(assertion, jwt.WithKey(jwa.RS256, s.account().Public()), jwt.WithAudience(s.URL()+"/token"))
	w.Header().Set("Content-Type", "application/json")
	scope := ""
	if err == nil {
		scope, _ = claims.PrivateClaims()["scope"].(string)
	}
	if !strings.Contains(scope, "firebase.messaging") {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_grant"}`))
		return
	}
	s.mu.Lock()
	s.asked++
	s.mu.Unlock()
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": accessToken, "token_type": "Bearer", "expires_in": 3600})
}
