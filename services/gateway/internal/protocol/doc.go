// Package protocol defines what goes over a socket: events and their codec, the client's requests, and the closures. It
// does not send anything. In the native codec a frame is a JSON text `{"event": "...", "data": ..., "id": "..."}`.
package protocol
