"""The only public door: accounts, photo intake, routing, live progress, mail, the web studio."""
