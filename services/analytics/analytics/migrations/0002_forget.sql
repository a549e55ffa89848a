-- Facts past their period are found by their day.

CREATE INDEX facts_of_day ON facts (day);
