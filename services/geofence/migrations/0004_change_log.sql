-- Who changed what: identity shows it to the company's admins beside its own.
{{change_log}}
