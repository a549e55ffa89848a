"""The built-in engine: figurine pictures made on this machine, with no one else involved."""
