-- Stands for a migration of another branch, so that 0005 can run before the merge. Delete this file at the merge.
SELECT 1;
