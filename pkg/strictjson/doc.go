// Package strictjson checks that a JSON text can be read in one way only, before encoding/json reads it.
//
// encoding/json lets three things through. It takes the last of two members of one name; it takes NOTE for note, so that a
// schema which looks at note sees nothing; and it replaces what is not Unicode by U+FFFD, so that two different texts
// become one. The check is one pass, and what it costs is a small part of the decoding that follows. It holds no
// state, starts nothing and never fails but on what the text says.
package strictjson
