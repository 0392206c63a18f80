package httpx

// Keyed is the header of a POST that changes something. A request that is repeated with the same key gets the answer of the
// first request and changes nothing again. Embed it in an operation's input.
type Keyed struct {
	Key string `header:"Idempotency-Key" doc:"any text of the client's that is new for every request; send the same again when repeating one"`
}

// Answer is an answer with its status. It is either new or replayed.
type Answer[T any] struct {
	Status int
	Body   T
}
