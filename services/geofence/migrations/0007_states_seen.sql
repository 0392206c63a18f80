-- Supervisors ask who is outside a zone now. They learn what was decided, and nothing of the positions that lead to it.
GRANT SELECT (id_empresa, user_id, status, last_at, alert) ON geofence.user_state TO {{service}};
