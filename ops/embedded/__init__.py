"""The studio on one machine without Docker: four private servers, five services, one supervisor."""
