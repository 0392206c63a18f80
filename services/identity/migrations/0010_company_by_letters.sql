-- Whoever signs in may write the company in capital or small letters.
CREATE INDEX company_by_letters ON identity.company (lower(id_empresa));
