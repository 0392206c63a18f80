package natsd

import (
	"fmt"
	"log/slog"
	"sync/atomic"
)

// lines writes the server's log lines to slog. The server writes many notices, which help only in debugging, so they are
// logged at debug. Its errors are logged at warn: the server goes on, and our process decides what is an error.
type lines struct {
	log *slog.Logger
	// fatal is the last fatal line, with which the server gave up its start.
	fatal atomic.Pointer[string]
}

func (l *lines) debug(format string, v ...any) {
	l.log.Debug("nats server", "line", fmt.Sprintf(format, v...))
}

func (l *lines) warn(format string, v ...any) {
	l.log.Warn("nats server", "line", fmt.Sprintf(format, v...))
}

func (l *lines) Noticef(format string, v ...any) { l.debug(format, v...) }
func (l *lines) Debugf(format string, v ...any)  { l.debug(format, v...) }
func (l *lines) Tracef(format string, v ...any)  { l.debug(format, v...) }
func (l *lines) Errorf(format string, v ...any)  { l.warn(format, v...) }

// Warnf leaves out one warning: the users of this server have no configuration file in which a password could be read.
func (l *lines) Warnf(format string, v ...any) {
	if format != "Plaintext passwords detected, use nkeys or bcrypt" {
		l.warn(format, v...)
	}
}

func (l *lines) Fatalf(format string, v ...any) {
	line := fmt.Sprintf(format, v...)
	l.fatal.Store(&line)
	l.warn(format, v...)
}
