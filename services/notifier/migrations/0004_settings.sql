-- What a company decides about its alerts. A company that has decided nothing has no row, and the installation's values hold.
CREATE TABLE notifier.settings (
    id_empresa      text    NOT NULL PRIMARY KEY,
    unresolved_days integer NOT NULL
);
{{protect "settings"}}
GRANT SELECT, INSERT, UPDATE ON notifier.settings TO {{service}};

-- Who changed what: identity shows it to the company's admins beside its own.
{{change_log}}
