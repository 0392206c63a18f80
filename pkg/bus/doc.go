// Package bus is how services talk to each other over NATS JetStream: publish with an acknowledgement, consume a durable
// with one of five outcomes, apply a stream in its order, listen to news, follow a stream in order, and keep the streams as the table in proto/stream
// says. Nothing else in the project acknowledges, delays or dead-letters a message.
//
// Guarantees. Publish returns nil only after the stream stored the message (or had it already, by its id). A message of a
// durable is acknowledged only after its handler returned nil, or after its copy in the dead-letter stream was stored; it
// may be handled more than once, so every handler is idempotent. An OrderedConsumer hands on what follows the frontier that
// its handler stored, in the stream's order, so that nothing is applied twice or left out. Follow hands on every message of a stream once, in order.
//
// Goroutines. Consumer.Run, OrderedConsumer.Run and Bus.Follow block in the caller's goroutine; what they start ends before they return. Listen
// starts one goroutine that Listener.Close ends. A Bus itself starts none beyond those of its NATS connection, which
// Bus.Close ends.
//
// Failure. A lost connection is taken up again for as long as the process lives. Meanwhile Publish fails with
// ErrUnavailable after its retries, consumers are unready, messages in a handler's hands stay there, and what was not
// acknowledged is delivered again.
package bus
