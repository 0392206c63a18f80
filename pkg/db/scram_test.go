package db

import (
	"encoding/base64"
	"testing"
)

// The expected text is what PostgreSQL 15 stored for PASSWORD 'pencil', read from pg_authid.
func TestScramVerifierIsTheServers(t *testing.T) {
	t.Parallel()
	salt, err := base64.StdEncoding.DecodeString("QE2YZAsFpBudkGfsHTS/xw==")
	if err != nil {
		t.Fatal(err)
	}
	got, err := scramVerifierWith("pencil", salt)
	if want := "SCRAM-SHA-256$4096:QE2YZAsFpBudkGfsHTS/xw==$spUu5M86U2Xyu5KrVO+HAGFj7TjphvlTbAWSw3CWcu4=:5ktWdsjQdMe6BX4YZT9Oy76XRSzlN7pF63bJkuxWUOc="; err != nil || got != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
}
