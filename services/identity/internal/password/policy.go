package password

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/terreno/terreno/pkg/text"
)

const (
	minRunes = 8
	maxBytes = 256
)

// WeakError says why a password is refused, in a sentence for the person who chose it.
type WeakError struct{ Reason string }

func (e *WeakError) Error() string { return e.Reason }

// Check refuses a password that is too short, too long to hash cheaply, not text, or one of the person's own logins. It
// also refuses a password with an invisible character, because the person could not type it again. It does not ask for a
// mixture of characters: NIST SP 800-63B, section 5.1.1.2, advises against it.
func Check(password string, logins ...string) error {
	if !utf8.ValidString(password) {
		return &WeakError{"The password is not valid UTF-8 text."}
	}
	password = text.Password(password)
	if i := strings.IndexFunc(password, hidden); i >= 0 {
		r, _ := utf8.DecodeRuneInString(password[i:])
		return &WeakError{fmt.Sprintf("The password holds a character that cannot be seen (%U): type it instead of pasting it.", r)}
	}
	switch {
	case utf8.RuneCountInString(password) < minRunes:
		return &WeakError{fmt.Sprintf("The password is too short: use at least %d characters.", minRunes)}
	case len(password) > maxBytes:
		return &WeakError{fmt.Sprintf("The password is too long: use at most %d bytes.", maxBytes)}
	}
	for _, login := range logins {
		if login != "" && text.Fold(password) == text.Fold(login) {
			return &WeakError{"The password is the same as a login: choose another."}
		}
	}
	return nil
}

// hidden says whether no keyboard types the character. Characters that join letters or emoji are not hidden.
func hidden(r rune) bool {
	return unicode.IsControl(r) || text.Invisible(r) && r != '\u200c' && r != '\u200d' && !unicode.Is(unicode.Variation_Selector, r)
}
