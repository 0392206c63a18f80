-- Where teammates are looked up, PostgreSQL may read the teams of one user once for each member of the company. Without the
-- team in the index it chose the primary key for that, when its statistics were old, and walked through the whole company
-- each time: 118 ms for a supervisor of 1,000 users.
CREATE INDEX team_member_of_user ON identity.team_member (id_empresa, user_id, team_id);
DROP INDEX identity.team_member_by_user;
