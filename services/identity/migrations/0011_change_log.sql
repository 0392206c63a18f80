-- Who changed what.
{{change_log}}
