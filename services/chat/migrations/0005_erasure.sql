-- What an erasure has left of a person's messages: it looks for the next one after each batch.
CREATE INDEX message_to_erase ON chat.message (id_empresa, sender_id, conversation_id, seq) WHERE request <> '';
