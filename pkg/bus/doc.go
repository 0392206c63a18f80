// Package bus is how services talk to each other over NATS JetStream. A service publishes with an acknowledgement, works on
// a durable with one of five outcomes a message, listens to news, or follows a stream in order. No other package of the
// project acknowledges, delays or dead-letters a message.
//
// Package bus/ordered applies a stream in its order. Package bus/admin makes the streams as the table in proto/stream says,
// purges them, and works on dead letters.
//
// Guarantees. Publish returns nil only after the stream stored the message, or when it had the message already, by its id. A
// message of a durable is acknowledged only after its handler returned nil, or after its copy in the dead-letter stream was
// stored. It may be handled more than once, so every handler is idempotent. Follow hands on every message of a stream once,
// in order. PublishLive promises nothing: a live event reaches who listens at that moment, and is stored nowhere.
//
// Goroutines. Consumer.Run and Bus.Follow block in the caller's goroutine. The goroutines that they start end before they
// return. Listen starts goroutines that Listener.Close ends. A Bus itself starts only the goroutines of its NATS
// connection, which Bus.Close ends.
//
// Failure. The connection reconnects for as long as the process lives. While it is down, Publish fails with ErrUnavailable
// after its retries, and consumers are not ready. Messages in a handler's hands stay there. The server delivers again what
// was not acknowledged.
package bus
