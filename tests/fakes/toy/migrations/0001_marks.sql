CREATE TABLE marks (what text PRIMARY KEY);
