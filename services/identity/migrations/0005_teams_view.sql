-- The company's teams, for services that ask in its name. It obeys the reader's tenant.
CREATE VIEW identity.v_teams AS SELECT t.id_empresa, t.id, t.name FROM identity.team t;
GRANT SELECT ON identity.v_teams TO {{reader}};
