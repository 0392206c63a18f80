// Package chat is what people of a company write to each other: private conversations, groups, the conversations of visits and teams, and
// what the office tells everybody.
//
// # Consumes
//
// Nothing. It serves HTTP under /v1/conversations and /v1/chat.
//
// # Emits
//
// It publishes to CHAT, with the conversation as the entity: chat:mensaje and chat:editado, a message as it is now; chat:entregado and
// chat:leido, how far somebody has got; chat:conversacion, a conversation as it is now; chat:ajustes, what the company decided. Those who
// are in the conversation hear them. A change of a message goes only to those who see the message. chat:aviso is for the notifier.
//
// # Stores
//
// Schema chat: conversation; member, who is in a private conversation or a group, and how far each has got; message; file; settings; audit;
// erasure, of persons. The bytes of files are in pkg/blob.
// It reads identity.v_users and v_teams, and activity.v_visit, to know who is in the conversation of a team and of a visit, and the visit's title.
//
// # Guarantees
//
// A message is stored before anybody hears it. The messages of a conversation are numbered without a gap, in the order of their commits.
// Who has left a group, or was removed, hears, reads and writes nothing with a later number. What it keeps, by the company's setting, is what it
// had: the title and the version of then. A message that was edited since says nothing to it, as if it had been deleted, and no search of it
// finds that message: what it said before is not stored. Deletions it reads. A conversation is read by somebody who is not
// in it only when the company has turned auditing on, and only after the table audit has it: its people can see who read, and each
// row is kept for two years. A message is there once, however often its sender repeats it: its idempotency key is (conversation, sender, Idempotency-Key).
//
// What was told stays in the stream CHAT for seven days. A socket that resumes gets nothing of a group that its user was removed from
// meanwhile, and of a message that was deleted or erased meanwhile nothing that it said (package gateway). Who is in a visit's
// conversation no more because the visit went to somebody else may still get what was sent to it before. Nobody gets what was sent to others.
//
// What is removed because it is old is the beginning of a conversation, so what is left has no gap. What was erased or deleted keeps its
// number and says nothing. Nobody gets the bytes of a file whose message it may not read.
//
// # On failure
//
// Without PostgreSQL, requests get 503, and phones keep what they have. Without NATS, everything works, and events wait. New starts
// nothing. All replicas may run all runners at once.
//
// Instants that people see are domain time. By stored_at and changed_at, which are of PostgreSQL's clock, it is judged how old something is
// (retention, the quarter of an hour in which a message may be changed, files that wait) and what has changed since when: a replica whose
// clock is years off removes and hides nothing.
package chat
