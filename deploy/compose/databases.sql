-- A database and an owner for each server, and the role that may only read what the company lets everybody ask.
CREATE ROLE tramontane LOGIN PASSWORD :'tramontane_password';
CREATE DATABASE tramontane OWNER tramontane;
REVOKE ALL ON DATABASE tramontane FROM PUBLIC;
CREATE ROLE company_owner LOGIN PASSWORD :'company_password';
CREATE DATABASE company OWNER company_owner;
REVOKE ALL ON DATABASE company FROM PUBLIC;
CREATE ROLE company_reader LOGIN PASSWORD :'company_reader_password';
GRANT CONNECT ON DATABASE company TO company_reader;
