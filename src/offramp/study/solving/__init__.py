"""A game solved, its outcomes, and shares of draws: what every study stands on."""
