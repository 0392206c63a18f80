package db

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/lib/pq"
)

const connectTimeout = 5 * time.Second

// newConnector reads an address and returns a connector for it, without further limits.
func newConnector(dsn, application string) (*pq.Connector, error) {
	cfg, err := readAddress(dsn, application)
	if err != nil {
		return nil, err
	}
	return connectorFor(cfg)
}

// newServiceConnector returns a connector that limits every session and ends each call at its deadline.
func newServiceConnector(dsn string, statement time.Duration) (driver.Connector, error) {
	cfg, err := readAddress(dsn, "terreno")
	if err != nil {
		return nil, err
	}
	limit(&cfg, statement)
	connector, err := connectorFor(cfg)
	if err != nil {
		return nil, err
	}
	connector.Dialer(patientDialer{statement + 10*time.Second})
	return sessionConnector{connector}, nil
}

// limit adds session settings. The keepalives are for the server: with its defaults, it would keep the row and advisory
// locks of a client that lost its power for two hours.
func limit(cfg *pq.Config, statement time.Duration) {
	settings := map[string]string{
		"statement_timeout":       strconv.FormatInt(statement.Milliseconds(), 10),
		"tcp_keepalives_idle":     "30",
		"tcp_keepalives_interval": "10",
		"tcp_keepalives_count":    "3",
	}
	maps.Copy(settings, cfg.Runtime) // Settings in the address take precedence.
	cfg.Runtime = settings
}

// readAddress returns errors that do not show the address, since it may hold a password.
func readAddress(dsn, application string) (pq.Config, error) {
	cfg, err := pq.NewConfig(dsn)
	if err != nil {
		return pq.Config{}, fmt.Errorf("read the database address: %w", withoutURL(err))
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = connectTimeout
	}
	if cfg.ApplicationName == "" {
		cfg.ApplicationName = application
	}
	return cfg, nil
}

func connectorFor(cfg pq.Config) (*pq.Connector, error) {
	connector, err := pq.NewConnectorConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("read the database address: %w", err)
	}
	return connector, nil
}

func withoutURL(err error) error {
	if ue, ok := errors.AsType[*url.Error](err); ok {
		return ue.Err
	}
	return err
}

// WithUser returns the address with another role and password.
func WithUser(dsn, user, password string) (string, error) {
	return rewrite(dsn, map[string]string{"user": user, "password": password}, func(u *url.URL) {
		u.User = url.User(user)
		if password != "" {
			u.User = url.UserPassword(user, password)
		}
	})
}

// WithDatabase returns the address of another database of the same server.
func WithDatabase(dsn, name string) (string, error) {
	return rewrite(dsn, map[string]string{"dbname": name}, func(u *url.URL) { u.Path = "/" + name })
}

// rewrite changes an address in either of its two forms. In the key=value form, the last of several equal keys counts.
func rewrite(dsn string, values map[string]string, change func(*url.URL)) (string, error) {
	if !strings.HasPrefix(dsn, "postgres://") && !strings.HasPrefix(dsn, "postgresql://") {
		escape := strings.NewReplacer(`\`, `\\`, `'`, `\'`)
		for key, value := range values {
			dsn += " " + key + "='" + escape.Replace(value) + "'"
		}
		return strings.TrimSpace(dsn), nil
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return "", fmt.Errorf("read the database address: %w", withoutURL(err))
	}
	query := u.Query()
	for key := range values {
		query.Del(key)
	}
	u.RawQuery = query.Encode()
	change(u)
	return u.String(), nil
}
