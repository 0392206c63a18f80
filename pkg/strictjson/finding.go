package strictjson

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// These are the codes of the possible errors. They are stable.
const (
	// CodeSyntax says that the text is no JSON.
	CodeSyntax = "json_invalid"
	// CodeRepeated says that an object has a member twice.
	CodeRepeated = "member_repeated"
	// CodeCase says that the case of a member's name differs from the name in the interface.
	CodeCase = "member_case_differs"
	// CodeText says that a text, or a name, is not Unicode.
	CodeText = "text_not_unicode"
	// CodeNUL says that a text, or a name, holds the character U+0000, which PostgreSQL cannot store.
	CodeNUL = "text_holds_nul"
)

// Step leads from a value to one inside it: a member of an object by its name, or an item of a list by its index.
type Step struct {
	Name  []byte
	Index int // negative for a member
}

// Finding is one error in JSON whose syntax is right. It is valid only during the call that receives it.
type Finding struct {
	Code   string
	Detail string // a sentence
	Path   []Step
}

// Place returns where the finding is, such as positions[3].lat. It is empty for the whole text.
func (f Finding) Place() string {
	var b strings.Builder
	for _, s := range f.Path {
		switch {
		case s.Index >= 0:
			b.WriteString("[" + strconv.Itoa(s.Index) + "]")
		case b.Len() > 0:
			b.WriteString("." + shown(s.Name))
		default:
			b.WriteString(shown(s.Name))
		}
	}
	return b.String()
}

// shown returns a name in a form for messages, because a client may send a name that is long or is not text.
func shown(in []byte) string {
	const most = 60
	name := strings.ToValidUTF8(string(in), "?")
	if len(name) > most {
		cut := most
		for !utf8.RuneStart(name[cut]) {
			cut--
		}
		name = name[:cut] + "..."
	}
	quoted := strconv.Quote(name)
	return quoted[1 : len(quoted)-1]
}

// SyntaxError says where a text stops being JSON.
type SyntaxError struct {
	Offset int // of the byte, from 0
	What   string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%s, at byte %d", e.What, e.Offset+1) }
