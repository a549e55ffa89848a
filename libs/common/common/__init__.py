"""What two or more services need: events, database, storage, sealing, web."""
