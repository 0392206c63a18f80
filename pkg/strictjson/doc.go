// Package strictjson checks that a JSON text can be read in one way only, before encoding/json reads it.
//
// encoding/json lets three things through. When an object has two members of one name, it takes the last. It accepts NOTE
// for note, so a schema that looks at note sees nothing. It replaces what is not Unicode by U+FFFD, so two different texts
// become one. The check finds these, and the character U+0000, which PostgreSQL cannot store. It is one pass, and costs a
// small part of the decoding that follows. It holds no state and starts no goroutines. It fails only because of what the
// text says.
package strictjson
