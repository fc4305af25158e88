"""What is found, in words: numbers and names, and the sentences of every study."""
