package bus

// ListenWithin is Listen with other limits of what may wait for the handler.
var ListenWithin = listen
