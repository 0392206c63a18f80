-- What nobody has resolved, for the rule that ends it once it is old.
CREATE INDEX alert_unresolved ON notifier.alert (id_empresa, raised_at) WHERE status <> 'resuelta';
