"""Who may spend what: credits, holds, the ledger."""
