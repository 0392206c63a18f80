-- The inbox and the timers tell people as the company decided.
GRANT SELECT ON notifier.settings TO {{worker}};
