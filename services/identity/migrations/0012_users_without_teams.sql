-- 0008 corrects the teams beside every user who is in a team. A process of an older version may have taken the last team
-- from a user after 0007 had run: this corrects the teams beside users who are in none.
SET LOCAL ROLE {{worker}};
UPDATE identity.users u SET teams = '{}'
WHERE u.teams <> '{}' AND NOT EXISTS (SELECT FROM identity.team_member m WHERE m.id_empresa = u.id_empresa AND m.user_id = u.id);
SET LOCAL ROLE {{owner}};
