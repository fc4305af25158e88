"""What the records of draws say of their branches, in both engines for hidden information.

Source: `forks`.
"""

FORKED = (
    "The branch forks on its way; one side was taken, by a rule, and the others are kept as other "
    "equilibria."
)
STRAIGHT_ON = "The branch forks on its way; no side was found, and it was followed straight on."
