// Package presence knows who is online over all gateways, and tells the sockets that may see them.
//
// Each gateway tells the others who has a connection here: changes at once, a sign of life every tenth of a digest, and a digest every
// TERRENO_GATEWAY_PRESENCE_DIGEST, all on one subject of core NATS and numbered by one counter. A reader that misses a number, or whose sums
// differ, asks that gateway for its full list. A gateway that was not heard for three digests is dropped. So every gateway holds the whole
// picture, and the work grows with what changes.
//
// A user is offline when the last connection over all gateways has been gone for TERRENO_GATEWAY_PRESENCE_GRACE, and every living gateway was
// heard after that with nothing missing. Whoever comes back before that was never away. Until a gateway has heard the lists of those that
// answered its roll call, while its own link is down, and in a part of a split that does not reach the leaders of the streams, it says
// unknown and never offline.
//
// Core is the rules, without a clock and I/O. Presence runs them: Run starts and ends all goroutines. NATS keeps nothing, and what is written
// to PostgreSQL, when somebody was last seen, is written again until it is stored, unless more than maxSeen wait.
package presence
