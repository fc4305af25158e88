"""How the crisis goes, retold."""
