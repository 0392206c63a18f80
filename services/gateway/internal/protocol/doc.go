// Package protocol is what goes over a socket, and nothing of how: the frames in both directions and the closures. A frame
// is a JSON text `{"event": "...", "data": ..., "id": "..."}`; frames are encoded once and their bytes are shared by all
// sockets, which differ at most in the id at the end.
package protocol
