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

// NewLogger returns a logger that writes to w, with times in UTC and durations as text. A level that is not known counts as info.
func NewLogger(w io.Writer, c Config) *slog.Logger {
	l, err := level(c.Level)
	if err != nil {
		l = slog.LevelInfo
	}
	opts := &slog.HandlerOptions{Level: l, ReplaceAttr: readable}
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

// readable writes the time of a line in UTC, so that lines of services in different time zones sort in one order, and
// durations as text such as 1.5s: a JSON handler would write nanoseconds.
func readable(groups []string, a slog.Attr) slog.Attr {
	switch {
	case len(groups) == 0 && a.Key == slog.TimeKey && a.Value.Kind() == slog.KindTime:
		a.Value = slog.TimeValue(a.Value.Time().UTC())
	case a.Value.Kind() == slog.KindDuration:
		a.Value = slog.StringValue(a.Value.Duration().String())
	}
	return a
}
