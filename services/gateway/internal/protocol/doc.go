// Package protocol is what goes over a socket, and nothing of how: events and their codec, the client's requests, and the
// closures. In the native codec a frame is a JSON text `{"event": "...", "data": ..., "id": "..."}`.
package protocol
