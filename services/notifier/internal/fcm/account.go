package fcm

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	"golang.org/x/oauth2/google"
	"golang.org/x/oauth2/jwt"
)

const scope = "https://www.googleapis.com/auth/firebase.messaging"

// account is who sends.
type account struct {
	project string
	jwt     *jwt.Config
}

// readAccount reads a service account's key. Its errors never quote the file, which holds a secret.
func readAccount(path string) (*account, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("TERRENO_FCM_CREDENTIALS: %w", err)
	}
	a, err := parseAccount(text)
	if err != nil {
		return nil, fmt.Errorf("TERRENO_FCM_CREDENTIALS=%s: %w; give the JSON file of a service account's key, as the console of Firebase makes it", path, err)
	}
	return a, nil
}

func parseAccount(text []byte) (*account, error) {
	var f struct {
		Type    string `json:"type"`
		Project string `json:"project_id"`
		Email   string `json:"client_email"`
		Key     string `json:"private_key"`
	}
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, errors.New("the file is no JSON of a service account")
	}
	if f.Type != "service_account" {
		return nil, fmt.Errorf("the file is of type %q, not service_account", excerpt(f.Type))
	}
	for name, value := range map[string]string{"project_id": f.Project, "client_email": f.Email, "private_key": f.Key} {
		if value == "" {
			return nil, fmt.Errorf("the file has no %s", name)
		}
	}
	if err := checkKey(f.Key); err != nil {
		return nil, err
	}
	config, err := google.JWTConfigFromJSON(text, scope)
	if err != nil {
		return nil, errors.New("the file is no usable key")
	}
	return &account{project: f.Project, jwt: config}, nil
}

// checkKey finds now what would otherwise fail at the first push.
func checkKey(text string) error {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return errors.New("private_key is not in PEM")
	}
	if _, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		return nil
	}
	if _, err := x509.ParsePKCS1PrivateKey(block.Bytes); err != nil {
		return errors.New("private_key is no RSA key")
	}
	return nil
}
