// Package obs makes the logger of a process and registers metrics that several parts of a process share. Metrics need no
// wrapper: each part takes a prometheus.Registerer.
package obs

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Config says how a process logs.
type Config struct {
	Level  string `env:"LOG_LEVEL" default:"info" help:"debug, info, warn or error"`
	Format string `env:"LOG_FORMAT" default:"json" help:"json for machines, text for people"`
}

// Validate checks that the level and the format are known.
func (c *Config) Validate() []error {
	var problems []error
	if _, err := level(c.Level); err != nil {
		problems = append(problems, fmt.Errorf("TERRENO_LOG_LEVEL=%q: write debug, info, warn or error", c.Level))
	}
	if c.Format != "json" && c.Format != "text" {
		problems = append(problems, fmt.Errorf("TERRENO_LOG_FORMAT=%q: write json or text", c.Format))
	}
	return problems
}

// NewLogger returns a logger that writes to w, with times in UTC. A level that is not known counts as info.
func NewLogger(w io.Writer, c Config) *slog.Logger {
	l, err := level(c.Level)
	if err != nil {
		l = slog.LevelInfo
	}
	opts := &slog.HandlerOptions{Level: l, ReplaceAttr: utc}
	if c.Format == "text" {
		return slog.New(slog.NewTextHandler(w, opts))
	}
	return slog.New(slog.NewJSONHandler(w, opts))
}

func level(name string) (slog.Level, error) {
	var l slog.Level
	err := l.UnmarshalText([]byte(strings.ToUpper(name)))
	return l, err
}

// utc writes all times in UTC, so that lines of services in different time zones sort in one order.
func utc(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey && a.Value.Kind() == slog.KindTime {
		a.Value = slog.TimeValue(a.Value.Time().UTC())
	}
	return a
}
