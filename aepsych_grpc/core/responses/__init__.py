"""How the latent field makes responses: one file per outcome kind."""
