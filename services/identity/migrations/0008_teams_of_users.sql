-- The teams beside a user are kept by the database, whoever writes who is in which team.
CREATE FUNCTION identity.keep_teams_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE identity.users u SET teams = ARRAY(
        SELECT m.team_id FROM identity.team_member m WHERE m.id_empresa = u.id_empresa AND m.user_id = u.id ORDER BY m.team_id)
    WHERE u.id_empresa = coalesce(NEW.id_empresa, OLD.id_empresa) AND u.id = coalesce(NEW.user_id, OLD.user_id);
    RETURN NULL;
END $$;
CREATE TRIGGER keep_teams_of_user AFTER INSERT OR DELETE ON identity.team_member
    FOR EACH ROW EXECUTE FUNCTION identity.keep_teams_of_user();

SET LOCAL ROLE {{worker}};
UPDATE identity.users u SET teams = m.teams
FROM (SELECT id_empresa, user_id, array_agg(team_id ORDER BY team_id) AS teams FROM identity.team_member GROUP BY id_empresa, user_id) m
WHERE m.id_empresa = u.id_empresa AND m.user_id = u.id AND u.teams <> m.teams;
SET LOCAL ROLE {{owner}};
