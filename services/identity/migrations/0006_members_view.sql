-- Who is in which team, for services that ask in the company's name (pkg/visible). It obeys the reader's tenant.
CREATE VIEW identity.v_team_members AS SELECT m.id_empresa, m.team_id, m.user_id FROM identity.team_member m;
GRANT SELECT ON identity.v_team_members TO {{reader}};
