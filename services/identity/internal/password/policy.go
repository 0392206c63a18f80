package password

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	minRunes = 8
	maxBytes = 256
)

// WeakError is why a password is refused, in a sentence for the person who chose it.
type WeakError struct{ Reason string }

func (e *WeakError) Error() string { return e.Reason }

// Check refuses a password that is too short, too long to hash cheaply, not text, or one of the person's own logins.
// It asks for no mixture of characters: NIST SP 800-63B, section 5.1.1.2, advises against it.
func Check(password string, logins ...string) error {
	switch {
	case !utf8.ValidString(password):
		return &WeakError{"The password is not valid UTF-8 text."}
	case utf8.RuneCountInString(password) < minRunes:
		return &WeakError{fmt.Sprintf("The password is too short: use at least %d characters.", minRunes)}
	case len(password) > maxBytes:
		return &WeakError{fmt.Sprintf("The password is too long: use at most %d bytes.", maxBytes)}
	}
	for _, login := range logins {
		if login != "" && strings.EqualFold(password, login) {
			return &WeakError{"The password is the same as a login: choose another."}
		}
	}
	return nil
}
